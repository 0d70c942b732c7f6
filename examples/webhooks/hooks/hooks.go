// Package hooks declares events over payload types that GitHub's and Docker's own Go
// packages define: nothing is copied, and what TypeScript sees is what those packages write.
package hooks

import (
	"github.com/docker/docker/api/types/events"
	"github.com/google/go-github/v84/github"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

//go:generate go tool eventgen

const (
	// Push tells of commits pushed to a branch or tag.
	//
	//eventgen:event replay=20
	Push eventbus.Name[github.PushEvent] = "github:push"

	// WorkflowRun tells how one run of a workflow proceeds.
	//
	//eventgen:event replay=20
	WorkflowRun eventbus.Name[github.WorkflowRunEvent] = "github:workflow_run"

	// PullRequest tells what happened to a pull request.
	//
	//eventgen:event replay=20
	PullRequest eventbus.Name[github.PullRequestEvent] = "github:pull_request"

	// Container is one line of "docker events". A busy host writes many, so they travel in batches.
	//
	//eventgen:event batch=100 wait=50ms
	Container eventbus.Name[events.Message] = "docker:event"
)
