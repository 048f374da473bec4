package app

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
)

// visit asks the server beside it, in the same Pod, again and again, and reads the file in which that notes its requests.
func (p *program) visit() int {
	p.say("visiting", "{path}", p.Visits)
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true, DialContext: p.Dial}}
	address := fmt.Sprintf("http://localhost:%d%s", p.Port, p.Visits)
	turns := time.NewTicker(seconds(p.Every))
	defer turns.Stop()
	for {
		if answer, err := ask(client, address); err == nil {
			p.say("heard", "{answer}", answer)
		} else {
			p.say("refused", "{reason}", err.Error())
		}
		if text, err := p.lastLine(p.requestLog()); err != nil {
			p.say("unread", "{reason}", reason(err))
		} else {
			p.say("read", "{text}", text)
		}
		select {
		case <-turns.C:
		case <-p.Stop:
			p.say("left")
			return p.StopExitCode
		case <-p.killed.Done():
			return p.StopExitCode
		}
	}
}

// ask gives the body that is answered, or an error that says in a few words why there is none.
func ask(client *http.Client, address string) (string, error) {
	response, err := client.Get(address)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return "", errors.New("connection refused")
	}
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %d", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, 100))
	return strings.TrimSpace(string(body)), err
}

// lastLine reads no more than the end of the file: it may have grown long.
func (p *program) lastLine(path string) (string, error) {
	if path == "" {
		return "", errors.New("no file is named")
	}
	file, err := p.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		return "", err
	}
	defer file.Close()
	if size, err := file.Seek(0, io.SeekEnd); err == nil {
		file.Seek(max(0, size-4096), io.SeekStart)
	}
	end, err := io.ReadAll(file)
	if err != nil {
		return "", err
	}
	lines := strings.Split(strings.TrimSpace(string(end)), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return last, nil
	}
	return "", errors.New("the file is empty")
}
