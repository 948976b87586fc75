using EventGateway.Commands;
using EventGateway.Hosting;

if (args is ["proxy" or "standalone", ..])
{
    SocketThreads.GoOnInPlace();
}

using var signals = new StopSignals(TimeProvider.System);
var exitCode = await CommandLine.RunAsync(args, CommandConsole.OfProcess(), signals.Stopping);
return exitCode == ExitCodes.Done ? signals.ExitCode ?? exitCode : exitCode;
