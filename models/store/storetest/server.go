package storetest

import "context"

// Server is a throw-away PostgreSQL for a program that is no test, such as a
// benchmark. It is gone within a second of the end of the process, however it ends.
type Server struct{ cluster *cluster }

// Start starts a server on 127.0.0.1 that syncs every commit to disk. Settings are
// further lines of its postgresql.conf, and go before what stands there.
func Start(settings ...string) (*Server, error) {
	c, err := startCluster(settings...)
	if err != nil {
		return nil, err
	}
	return &Server{c}, nil
}

// Database makes an empty database and returns its URL, of a superuser, and what
// drops it, whoever is still connected.
func (s *Server) Database(ctx context.Context) (url string, drop func() error, err error) {
	return createDatabase(ctx, s.cluster.url)
}

// Stop ends the server with all its databases and files.
func (s *Server) Stop() error {
	if err := s.cluster.hold.Close(); err != nil {
		return err
	}
	return s.cluster.wait()
}
