using System.Runtime.InteropServices;

namespace EventGateway.Commands;

/// <summary>
/// SIGINT and SIGTERM: the first asks for a clean stop, a later one ends the process at once. Signal handlers run on a thread of
/// their own; everything here may be called from any thread.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    // A terminal, a shell and a supervisor often signal the same process in the same moment: that is one wish, not impatience.
    private static readonly TimeSpan SameWish = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _exitCode;
    private long _firstAt;

    public StopSignals(TimeProvider time)
    {
        _time = time;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Stop(c, ExitCodes.Interrupted));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Stop(c, ExitCodes.Terminated));
    }

    public CancellationToken Stopping => _stopping.Token;

    /// <summary>128 + the number of the first signal; null while there was none.</summary>
    public int? ExitCode => Volatile.Read(ref _exitCode) is var code and not 0 ? code : null;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _stopping.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        if (Interlocked.CompareExchange(ref _exitCode, exitCode, 0) == 0)
        {
            _firstAt = _time.GetTimestamp();
            context.Cancel = true;
            _stopping.Cancel();
        }
        else
        {
            context.Cancel = _time.GetElapsedTime(_firstAt) < SameWish;
        }
    }
}
