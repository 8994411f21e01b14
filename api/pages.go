package api

import (
	_ "embed"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/openapi"
)

//go:embed landing.html
var landingPage []byte

func landing(c *gin.Context) error {
	c.Data(http.StatusOK, "text/html; charset=utf-8", landingPage)
	return nil
}

func document(c *gin.Context) error {
	c.Data(http.StatusOK, "application/json", openapi.Document())
	return nil
}

func docs(c *gin.Context) error {
	http.StripPrefix("/docs", openapi.Docs()).ServeHTTP(c.Writer, c.Request)
	return nil
}

// healthz says that the process answers. It says nothing of the database.
func healthz(c *gin.Context) error {
	c.JSON(http.StatusOK, health{"ok"})
	return nil
}

// health is the answer of the health routes.
type health struct {
	Status string `json:"status" example:"ok"`
}

// readyz says whether the server may be sent requests.
func (s *server) readyz(c *gin.Context) error {
	if err := s.Ready(); err != nil {
		return models.Errorf(models.Busy, "not ready: %v", err)
	}
	c.JSON(http.StatusOK, health{"ready"})
	return nil
}
