using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EventGateway.Sources.Tests;

/// <summary>Keeps log lines.</summary>
internal sealed class RecordingLoggerProvider : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = [];

    public IEnumerable<(LogLevel Level, string Text)> Lines => _lines;

    public bool Has(string text) => _lines.Any(l => l.Text.Contains(text, StringComparison.Ordinal));

    public int Count(string text) => _lines.Count(l => l.Text.Contains(text, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, $"{eventId.Id} {formatter(state, exception)}"));

    public void Dispose()
    {
    }

    public override string ToString() => string.Join('\n', _lines.Select(l => $"{l.Level} {l.Text}"));
}
