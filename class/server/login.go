package server

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"github.com/tentpole-labs/tentpole/class/store"
)

// errDenied ends one try at logging in. Why, the person has been told.
var errDenied = errors.New("not let in")

// Who has logged in, as noted by the one method that succeeded. A key alone that
// is asked about proves nothing, so nothing is noted before that.
const (
	learnerID   = "tentpole-learner"
	learnerName = "tentpole-name"
)

func admitted(l store.Learner) *gossh.Permissions {
	return &gossh.Permissions{Extensions: map[string]string{learnerID: strconv.FormatInt(l.ID, 10), learnerName: l.Name}}
}

// login sets up who is let in with a key. Those who are new prove first that the
// key is theirs and then give the code: two methods, one after the other.
func (s *Server) login(ctx ssh.Context) *gossh.ServerConfig {
	return &gossh.ServerConfig{
		MaxAuthTries: 20, // an agent may offer many keys
		AuthLogCallback: func(conn gossh.ConnMetadata, _ string, _ error) {
			if counted, ok := ctx.Value(connectionKey{}).(*connection); ok {
				counted.caller.says(conn.User())
			}
		},
		PublicKeyCallback: func(conn gossh.ConnMetadata, key gossh.PublicKey) (*gossh.Permissions, error) {
			name, ok := nameOf(conn.User())
			switch {
			case !ok:
				return nil, errDenied // the next method says why
			case name == Teacher && s.teaches(key):
				return &gossh.Permissions{Extensions: map[string]string{teacherKey: gossh.FingerprintSHA256(key)}}, nil
			case name == Teacher && len(s.Teachers) > 0:
				return nil, errDenied
			}
			if !s.Allowed.may(name, key) {
				return nil, errDenied // the next key may be
			}
			l, err := s.Store.Learner(ctx, s.Class.ID, name)
			switch {
			case err == nil && l.Has(key.Marshal()):
				return admitted(l), nil
			case errors.Is(err, store.ErrNone):
				return nil, &gossh.PartialSuccessError{Next: gossh.ServerAuthCallbacks{
					KeyboardInteractiveCallback: func(conn gossh.ConnMetadata, ask gossh.KeyboardInteractiveChallenge) (*gossh.Permissions, error) {
						return s.ask(ctx, conn.User(), key, ask)
					},
				}}
			}
			return nil, errors.Join(errDenied, err)
		},
	}
}

// withoutKey lets in who has no key to show.
func (s *Server) withoutKey(ctx ssh.Context, ask gossh.KeyboardInteractiveChallenge) bool {
	who, err := s.ask(ctx, ctx.User(), nil, ask)
	if err == nil {
		ctx.Permissions().Permissions = who
	}
	return err == nil
}

// ask finds out who somebody is, by questions.
func (s *Server) ask(ctx context.Context, user string, key gossh.PublicKey, ask gossh.KeyboardInteractiveChallenge) (*gossh.Permissions, error) {
	name, ok := nameOf(user)
	if !ok {
		return tell(ask, "A name here begins with a letter and has at most 24 letters a to z, digits and dashes: ssh NAME@…")
	}
	if name == Teacher && len(s.Teachers) > 0 {
		return tell(ask, "Only the teacher's own key opens the board. As a learner, take another name.")
	}
	if !s.Allowed.may(name, key) {
		s.Log.Warn("not on the list", "name", name)
		return tell(ask, fmt.Sprintf("Neither %s nor this key is on the list of this class. Tell the teacher.", name))
	}
	if !s.joins.allow(name) {
		s.Log.Warn("too many tries", "name", name)
		return tell(ask, "That was too often. Wait a minute and try again.")
	}
	l, err := s.Store.Learner(ctx, s.Class.ID, name)
	switch {
	case errors.Is(err, store.ErrNone):
		l, err = s.join(ctx, name, key, ask)
	case err == nil && len(l.Keys) > 0:
		return tell(ask, fmt.Sprintf("%s has joined with a key. Come from that computer, or take another name: ssh NAME@…", name))
	case err == nil:
		err = s.comeBack(l, ask)
	}
	switch {
	case errors.Is(err, errDenied):
		return nil, err
	case errors.Is(err, store.ErrTaken):
		return tell(ask, fmt.Sprintf("Somebody else was just faster to be %s. Take another name.", name))
	case err != nil:
		s.Log.Error("log in", "name", name, "error", err)
		return tell(ask, "The server cannot look up who is in the class. Tell the teacher.")
	}
	return admitted(l), nil
}

// join takes somebody into the class who knows its code.
func (s *Server) join(ctx context.Context, name string, key gossh.PublicKey, ask gossh.KeyboardInteractiveChallenge) (store.Learner, error) {
	code, err := question(ask, fmt.Sprintf("Welcome, %s. This is the class %s.", name, s.Class.Name), "Code of the class: ", true)
	if err != nil {
		return store.Learner{}, err
	}
	if !sameCode(code, s.Class.Code) {
		s.Log.Warn("wrong code", "name", name)
		_, err := tell(ask, "That is not the code of the class.")
		return store.Learner{}, err
	}
	var l store.Learner
	if key != nil {
		l, err = s.Store.JoinWithKey(ctx, s.Class.ID, name, key.Marshal())
	} else {
		l, err = s.joinWithWord(ctx, name, ask)
	}
	if err == nil {
		s.Log.Info("joined", "learner", l.ID, "name", name, "key", key != nil)
	}
	return l, err
}

// joinWithWord is for those whose SSH has no key: they come back with a word.
func (s *Server) joinWithWord(ctx context.Context, name string, ask gossh.KeyboardInteractiveChallenge) (store.Learner, error) {
	const short = 4
	word, err := question(ask, "Your SSH has shown no key, so a word is what brings you back: one that you use nowhere else.", "Choose a word: ", false)
	if err != nil {
		return store.Learner{}, err
	}
	if len(word) < short {
		_, err := tell(ask, fmt.Sprintf("The word has at least %d letters.", short))
		return store.Learner{}, err
	}
	return s.Store.JoinWithWord(ctx, s.Class.ID, name, word)
}

func (s *Server) comeBack(l store.Learner, ask gossh.KeyboardInteractiveChallenge) error {
	word, err := question(ask, fmt.Sprintf("Welcome back, %s.", l.Name), "Your word: ", false)
	if err != nil {
		return err
	}
	if !l.Knows(word) {
		s.Log.Warn("wrong word", "learner", l.ID, "name", l.Name)
		_, err = tell(ask, fmt.Sprintf("That is not the word that %s has chosen. If you are somebody else, take another name.", l.Name))
	}
	return err
}

// question asks one thing. Echo shows what is typed.
func question(ask gossh.KeyboardInteractiveChallenge, before, prompt string, echo bool) (string, error) {
	answers, err := ask("", before, []string{prompt}, []bool{echo})
	if err != nil {
		return "", errors.Join(errDenied, err)
	}
	if len(answers) != 1 {
		return "", errDenied
	}
	return strings.TrimSpace(answers[0]), nil
}

// tell says why somebody is not let in.
func tell(ask gossh.KeyboardInteractiveChallenge, why string) (*gossh.Permissions, error) {
	_, err := ask("", why, nil, nil)
	return nil, errors.Join(errDenied, err)
}

// sameCode compares as people type.
func sameCode(typed, code string) bool {
	plain := func(s string) []byte {
		return []byte(strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(s)))
	}
	return subtle.ConstantTimeCompare(plain(typed), plain(code)) == 1
}

// nameOf reads the name that somebody logs in with. Case does not count: people
// are called what their laptop calls them.
func nameOf(user string) (string, bool) {
	const long = 24
	name := strings.ToLower(user)
	if name == "" || len(name) > long || name[0] < 'a' || name[0] > 'z' {
		return "", false
	}
	return name, !strings.ContainsFunc(name, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-') })
}

// ClassName tells whether that can be the name of a class: it is also what the
// tents call themselves.
func ClassName(word string) bool {
	name, ok := nameOf(word)
	return ok && name == word
}
