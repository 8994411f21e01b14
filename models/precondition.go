package models

// Precondition is asked in the transaction of a write what is stored now, and
// whether the very thing that is to be written is there. Its error ends the
// transaction. Nobody else changes what it was told before the transaction has ended.
type Precondition[T any] func(now T, exists bool) error

// Ask gives the error of the first precondition that does not hold.
func Ask[T any](when []Precondition[T], now T, exists bool) error {
	for _, holds := range when {
		if err := holds(now, exists); err != nil {
			return err
		}
	}
	return nil
}
