using Microsoft.Extensions.Logging;
using Xunit;

namespace EventGateway.Kafka.Tests;

/// <summary>Keeps the ids of what was logged.</summary>
internal sealed class SeenEvents : ILogger, ILoggerFactory
{
    private readonly SemaphoreSlim _came = new(0);
    private readonly List<int> _ids = [];

    public IReadOnlyList<int> Ids
    {
        get
        {
            lock (_ids)
            {
                return [.. _ids];
            }
        }
    }

    /// <summary>Waits until the event has come so many times, since the beginning.</summary>
    public async Task WaitForAsync(int id, TimeSpan deadline, int times = 1)
    {
        while (Ids.Count(i => i == id) < times)
        {
            Assert.True(await _came.WaitAsync(deadline), $"Waited {deadline} for event {id}, {times} times; came: {string.Join(", ", Ids)}");
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_ids)
        {
            _ids.Add(eventId.Id);
        }

        _came.Release();
    }

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose() => _came.Dispose();
}
