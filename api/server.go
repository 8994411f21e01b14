// Package api is the REST API: routes, keys, handlers and problem documents.
//
// A handler reads as decode, check, call, encode and returns an error; one
// wrapper turns that into a problem document. What a handler calls gets
// c.Request.Context(), never c: gin uses c again while a database may still look at it.
package api

import (
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// Config is what the API needs of the world. Every field is required unless it says otherwise.
type Config struct {
	Store     Store
	Recorder  Recorder
	Clock     func() time.Time
	NewID     func() string // a UUIDv7
	Logger    *slog.Logger
	Operators string           // the workspace whose admin keys may manage workspaces
	Persons   models.Persons   // under which names persons are stored; the zero value: under their ids
	Issuer    Issuer           // whose tokens are taken beside keys; nil: nobody's
	Kept      models.Retention // for how long responses are kept where a workspace does not say; 0: for ever
	// CompileMapping makes a reader of a tool's payloads of a source's mapping. The error is Invalid and names every fault.
	CompileMapping func(kind models.SourceKind, mapping []byte) (models.PayloadReader, error)
	Ready          func() error // nil: the server may be sent requests
	Reach          models.Reach // of webhooks; the zero value: public addresses only

	KeyLimit       Limit              // of what each key may send
	AddressLimit   Limit              // of unknown keys from each address
	Limited        func(limit string) // is told of each request that the limit refused, key or address; may be nil
	TrustedProxies []string           // addresses and networks whose X-Forwarded-For is believed; may be empty
	CORSOrigins    []string           // whose pages may call the API from a browser; may be empty

	SeriesAddress string // host:port of the listener of the series, for the landing page
	SeriesScheme  string // http, unless given, or https
	Observe       func(method, route string, status int, took time.Duration)
}

// Store is what the API asks of the database.
type Store interface {
	responseStore
	invitationStore
	scoreStore
	catalogStore
	anonymityStore
	retentionStore
	commentStore
	personStore
	modelStore
	targetStore
	kpiStore
	kpiTargetStore
	kpiPartStore
	observationStore
	accessStore
	keyStore
	attemptStore
	peopleStore
	auditStore
	webhookStore
	sourceStore
	unmappedStore
}

type server struct {
	Config
	page       *template.Template // the landing page
	pagePolicy string             // its content security policy
	limits     limits
	keys       *cache[[32]byte, models.Key]
	tokens     *cache[[32]byte, models.Key]
	uses       uses
	workspaces *cache[string, workspaceRules]
	exports    *exports
	sources    *cache[string, readySource]
	beginning  chan struct{} // a place for each request with an Idempotency-Key that is about to begin
}

// Handler is the API's.
type Handler struct {
	http.Handler
	engine *gin.Engine // behind what every answer has
	server *server
}

// Routes are the routes that there are.
func (h *Handler) Routes() gin.RoutesInfo { return h.engine.Routes() }

// New builds the API's handler. Addresses of trusted proxies that are none are an error.
func New(c Config) (*Handler, error) {
	s := &server{
		Config: c, page: template.Must(template.New("landing").Parse(landingPage)), pagePolicy: pagePolicy(landingPage), limits: newLimits(c),
		keys: newCache[[32]byte, models.Key](c.Clock), tokens: newCache[[32]byte, models.Key](c.Clock),
		workspaces: newCache[string, workspaceRules](c.Clock), exports: newExports(),
		sources: newCache[string, readySource](c.Clock), beginning: make(chan struct{}, maxBeginning),
	}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	engine.UseRawPath = true // a key in a path may hold an escaped slash; it is unknown, not another route
	engine.RemoteIPHeaders = []string{"X-Forwarded-For"}
	if err := engine.SetTrustedProxies(c.TrustedProxies); err != nil {
		return nil, err
	}
	engine.Use(s.observe, s.recover)
	engine.NoRoute(s.handle("", noRoute))
	engine.NoMethod(s.handle("", noMethod))
	s.routes(engine)
	return &Handler{guarded(shared(c.CORSOrigins, packed(engine))), engine, s}, nil
}

// observe tells of each request by the route's pattern, never by its path.
func (s *server) observe(c *gin.Context) {
	started := time.Now()
	defer func() { // also when the answer is cut short
		route := c.FullPath()
		if route == "" {
			route = "none"
		}
		s.Observe(c.Request.Method, route, c.Writer.Status(), time.Since(started))
	}()
	c.Next()
}

func noRoute(c *gin.Context) error {
	return models.Errorf(models.NotFound, "there is nothing at %s; the routes are described at /docs", c.Request.URL.Path)
}

func noMethod(c *gin.Context) error {
	return models.Errorf(methodNotAllowed, "%s does not take %s; the Allow header says what it takes", c.Request.URL.Path, c.Request.Method)
}
