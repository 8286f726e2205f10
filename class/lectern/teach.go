package lectern

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"time"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/sandbox/socket"
)

// maxNews and maxOrder bound what is said on the teacher's socket, in bytes.
const (
	maxNews  = 4 << 20
	maxOrder = 16 << 10
)

// Socket is where the board of a class is asked for, in the directory of data.
func Socket(dir, class string) string { return filepath.Join(dir, class+".board") }

// Serve lets boards of other processes look on, until the context ends. Who can
// open the socket is the teacher.
func (l *Lectern) Serve(ctx context.Context, listener net.Listener) {
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	var all sync.WaitGroup
	defer all.Wait()
	for {
		c, err := listener.Accept()
		if err != nil {
			listener.Close()
			return
		}
		all.Go(func() { l.teach(ctx, c) })
	}
}

// teach is the conversation with one board.
func (l *Lectern) teach(ctx context.Context, c net.Conn) {
	ctx, end := context.WithCancel(ctx)
	conn := channel.NewConn(c, maxOrder)
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	defer conn.Close()
	w := l.Watch()
	defer w.Close()
	var reports sync.WaitGroup
	reports.Go(func() { defer conn.Close(); w.report(ctx, conn) })
	defer reports.Wait()
	defer end()
	for {
		var o board.Order
		if conn.Receive(&o) != nil {
			return
		}
		w.Do(o)
	}
}

// report says the news, a few times a second at most.
func (w *Watch) report(ctx context.Context, conn *channel.Conn) {
	const often = 50 * time.Millisecond
	pace := time.NewTicker(often)
	defer pace.Stop()
	for {
		n, err := w.Next(ctx)
		if err != nil || conn.Send(n) != nil {
			return
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
			return
		}
	}
}

// Remote is a board's side, in another process.
type Remote struct{ conn *channel.Conn }

// Dial looks on at a class that is being held.
func Dial(path string) (*Remote, error) {
	c, err := socket.Dial(context.Background(), path)
	if err != nil {
		return nil, fmt.Errorf("look on at the class: %w", err)
	}
	return &Remote{channel.NewConn(c, maxNews)}, nil
}

// Next waits for news. Once the context has ended there are none any more.
func (r *Remote) Next(ctx context.Context) (n board.News, err error) {
	defer context.AfterFunc(ctx, func() { r.conn.Close() })()
	err = r.conn.Receive(&n)
	return n, err
}

// Do has an order carried out.
func (r *Remote) Do(o board.Order) error { return r.conn.Send(o) }

// Close looks on no more.
func (r *Remote) Close() error { return r.conn.Close() }
