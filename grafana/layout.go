package grafana

// columns is the width of Grafana's grid.
const columns = 24

// section is a heading with the panels under it, in reading order.
type section struct {
	title  string
	panels []Panel
}

// arrange gives every panel its id and its place: from left to right, a new
// line where a panel doesn't fit any more, each section under a row of its own.
func arrange(sections []section) []Panel {
	var placed []Panel
	y := 0
	for _, s := range sections {
		head := row(s.title)
		head.GridPos = GridPos{Y: y, W: columns, H: 1}
		placed = append(placed, head)
		y++
		x, tallest := 0, 0
		for _, p := range s.panels {
			if x+p.GridPos.W > columns {
				x, y, tallest = 0, y+tallest, 0
			}
			p.GridPos.X, p.GridPos.Y = x, y
			x += p.GridPos.W
			tallest = max(tallest, p.GridPos.H)
			placed = append(placed, p)
		}
		y += tallest
	}
	for i := range placed {
		placed[i].ID = i + 1
	}
	return placed
}

func row(title string) Panel {
	collapsed := false
	return Panel{Type: "row", Title: title, Collapsed: &collapsed, Panels: []Panel{}}
}

// size sets a panel's width in columns and its height in units of the grid.
func (p Panel) size(w, h int) Panel {
	p.GridPos.W, p.GridPos.H = w, h
	return p
}
