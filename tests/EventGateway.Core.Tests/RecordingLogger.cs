using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EventGateway.Core.Tests;

/// <summary>Keeps what is logged, whoever logs it.</summary>
internal sealed class RecordingLogger<T> : ILogger<T>, ILoggerFactory
{
    private readonly ConcurrentQueue<(int Id, string Text)> _lines = new();

    public IEnumerable<string> Of(int id) => _lines.Where(l => l.Id == id).Select(l => l.Text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((eventId.Id, formatter(state, exception)));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("This one keeps all there is.");

    public void Dispose()
    {
    }
}
