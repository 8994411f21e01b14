package main

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the SQLite driver, the same as the server's

	"github.com/mittari/mittari/deploy/running"
)

// naiveResponse is a response as an integrator would write it down for gorm.
type naiveResponse struct {
	ID           uint64        `json:"id"`
	SubmissionID string        `json:"submission_id" gorm:"uniqueIndex;not null"`
	Survey       string        `json:"survey"`
	Touchpoint   string        `json:"touchpoint"`
	Channel      string        `json:"channel"`
	Segment      string        `json:"segment"`
	Team         string        `json:"team"`
	CollectedAt  time.Time     `json:"collected_at"`
	CreatedAt    time.Time     `json:"-"`
	Answers      []naiveAnswer `json:"answers" gorm:"foreignKey:ResponseID"`
}

type naiveAnswer struct {
	ID         uint64 `json:"-"`
	ResponseID uint64 `json:"-" gorm:"index;not null"`
	Metric     string `json:"metric"`
	Score      int    `json:"score"`
	Comment    string `json:"comment"`
}

// poolSize is how many connections the naive baseline opens to PostgreSQL, and keeps: database/sql by itself
// keeps two, and opens so many under load that PostgreSQL refuses them.
const poolSize = 64

func naiveOnPostgres(dsn string) (http.Handler, error) {
	return naive(postgres.Open(dsn), poolSize)
}

func naiveOnSQLite(file string) (http.Handler, error) {
	db, err := running.OpenSQLite(file)
	if err != nil {
		return nil, err
	}
	return naive(sqlite.New(sqlite.Config{Conn: db}), 1)
}

func naive(connections gorm.Dialector, pool int) (http.Handler, error) {
	db, err := gorm.Open(connections, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		return nil, err
	}
	if err := db.AutoMigrate(&naiveResponse{}, &naiveAnswer{}); err != nil {
		return nil, err
	}
	underneath, err := db.DB()
	if err != nil {
		return nil, err
	}
	underneath.SetMaxOpenConns(pool)
	underneath.SetMaxIdleConns(pool)
	return ginFor(func(r *naiveResponse) error { return db.Create(r).Error }), nil
}

func storesNothing(string) (http.Handler, error) {
	return ginFor(func(*naiveResponse) error { return nil }), nil
}

// ginFor decodes a response, has it stored, and answers 201.
func ginFor(store func(*naiveResponse) error) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.GET("/ready", func(c *gin.Context) { c.Status(http.StatusOK) })
	engine.POST("/v1/responses", func(c *gin.Context) {
		var r naiveResponse
		if err := c.ShouldBindJSON(&r); err != nil {
			c.JSON(http.StatusBadRequest, gin.H{"error": err.Error()})
			return
		}
		r.CollectedAt = time.Now()
		if err := store(&r); err != nil {
			c.JSON(http.StatusInternalServerError, gin.H{"error": err.Error()})
			return
		}
		c.JSON(http.StatusCreated, gin.H{"id": r.ID, "new": true})
	})
	return engine
}
