package api

import (
	"context"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mittari/mittari/models"
)

// Issuer judges tokens that somebody else has issued.
type Issuer interface {
	// KeyOf is the key that the token amounts to, the same id for all tokens of one bearer; it may have expired. What is not
	// the issuer's token for this server is Unauthorized, what allows nothing Forbidden, what can't be judged now Busy.
	KeyOf(ctx context.Context, token string) (models.Key, error)
}

// isJWT tells the tokens of issuers from keys, of which none has two dots and begins as JSON does in base64.
func isJWT(token string) bool {
	return strings.HasPrefix(token, "ey") && strings.Count(token, ".") == 2
}

// keyOfJWT is the key that an issuer's token amounts to. A token is judged anew every few seconds.
func (s *server) keyOfJWT(c *gin.Context, token string) (models.Key, error) {
	key, err := s.tokens.get(models.HashToken(token), func(hash [32]byte) (models.Key, error) {
		key, err := guess(s, c, s.tokens.knows(hash), models.Unauthorized, func() (models.Key, error) { return s.Issuer.KeyOf(c.Request.Context(), token) })
		if err != nil {
			return key, err
		}
		_, err = s.Store.WorkspaceByKey(c.Request.Context(), key.Workspace)
		if models.ErrorCode(err) == models.NotFound {
			err = models.Errorf(models.Forbidden, "the token is of the workspace %q, and there is none", key.Workspace)
		}
		return key, err
	})
	if err == nil && key.Expired(s.Clock()) {
		err = models.Errorf(models.Unauthorized, "the token expired at %s; get another one from its issuer", key.ExpiresAt.Format(time.RFC3339))
	}
	return key, err
}
