package api

import (
	"cmp"
	_ "embed"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/openapi"
)

//go:embed landing.html
var landingPage string

// landing is the page that links everything, the series on their own listener too.
func (s *server) landing(c *gin.Context) error {
	c.Header("Content-Type", "text/html; charset=utf-8")
	c.Header("Content-Security-Policy", s.pagePolicy)
	scheme := "http"
	if c.Request.TLS != nil {
		scheme = "https"
	}
	series := seriesHost(s.SeriesAddress, c.Request.Host)
	if series != "" {
		series = cmp.Or(s.SeriesScheme, "http") + "://" + series
	}
	return s.page.Execute(c.Writer, struct{ API, Series string }{scheme + "://" + c.Request.Host, series})
}

// seriesHost is where a browser that asked for host finds the listener of the
// series: it may listen on all addresses, then it is where the API is.
func seriesHost(address, asked string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host != "" && (ip == nil || !ip.IsUnspecified()) {
		return address
	}
	if name, _, err := net.SplitHostPort(asked); err == nil {
		asked = name
	}
	return net.JoinHostPort(asked, port)
}

// @Summary		Read this document
// @ID			openapi
// @Tags			server
// @Success		200	{object}	map[string]any	"The OpenAPI document"
// @Router			/openapi.json [get]
func document(c *gin.Context) error {
	c.Data(http.StatusOK, "application/json", openapi.Document())
	return nil
}

func toDocs(c *gin.Context) error {
	c.Redirect(http.StatusMovedPermanently, "/docs/")
	return nil
}

func docs(c *gin.Context) error {
	http.StripPrefix("/docs", openapi.Docs()).ServeHTTP(c.Writer, c.Request)
	return nil
}

// healthz says that the process answers. It says nothing of the database.
//
// @Summary		Is the process alive?
// @Description	Says nothing of the database.
// @ID				healthz
// @Tags			server
// @Success		200	{object}	health
// @Router			/healthz [get]
func healthz(c *gin.Context) error {
	c.JSON(http.StatusOK, health{"ok"})
	return nil
}

// health is the answer of the health routes.
type health struct {
	Status string `json:"status" example:"ok"`
}

// readyz says whether the server may be sent requests.
//
// @Summary		May the server be sent requests?
// @ID				readyz
// @Tags			server
// @Success		200	{object}	health
// @Failure		503
// @Router			/readyz [get]
func (s *server) readyz(c *gin.Context) error {
	if err := s.Ready(); err != nil {
		return models.Errorf(models.Busy, "not ready: %v", err)
	}
	c.JSON(http.StatusOK, health{"ready"})
	return nil
}
