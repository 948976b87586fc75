using EventGateway.Commands;

using var signals = new StopSignals();
var exitCode = await CommandLine.RunAsync(args, CommandConsole.OfProcess(), signals.Stopping);
return exitCode == ExitCodes.Done ? signals.ExitCode ?? exitCode : exitCode;
