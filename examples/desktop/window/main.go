// Command window shows the application in a window of Wails v2.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"

	"github.com/eventgen/eventgen/examples/desktop/app"
	"github.com/eventgen/eventgen/runtime/desktop/wails2"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "desktop:", err)
		os.Exit(1)
	}
}

func run() error {
	a, err := app.New(os.Stdout)
	if err != nil {
		return err
	}
	var failed error
	err = wails.Run(&options.App{
		Title: "eventgen desktop", Width: 960, Height: 640,
		AssetServer: &assetserver.Options{Handler: a.Page},
		LogLevel:    logger.ERROR,
		OnStartup:   func(ctx context.Context) { _, failed = wails2.Bind(ctx, a.Engine) },
		OnShutdown:  func(ctx context.Context) { failed = a.Close(ctx) },
	})
	if err != nil {
		return err
	}
	return failed
}
