using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Tests.Telemetry;

/// <summary>A logger that keeps what is written, as <c>level id text</c>.</summary>
internal sealed class RecordedLines<T>(LogLevel level = LogLevel.Information) : ILogger<T>
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= level;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Lines.Enqueue($"{logLevel} {eventId.Id} {formatter(state, exception)}");
        }
    }
}
