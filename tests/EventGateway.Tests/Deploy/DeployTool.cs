using System.Diagnostics;

namespace EventGateway.Tests.Deploy;

/// <summary>helm or kubectl as found on the PATH; without it a test is skipped.</summary>
internal sealed class DeployTool
{
    private readonly string _name;
    private readonly string? _path;

    private DeployTool(string name)
    {
        _name = name;
        _path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);
    }

    public static DeployTool Helm { get; } = new("helm");

    public static DeployTool Kubectl { get; } = new("kubectl");

    public static DeployTool Bash { get; } = new("bash");

    public static DeployTool Docker { get; } = new("docker");

    /// <summary>Skips the test where the program is not there.</summary>
    public void Require() => Assert.SkipWhen(_path is null, $"{_name} is not on the PATH (.ci/run says where it comes from)");

    /// <summary>What it wrote; a test fails where it does not end with 0.</summary>
    public string Run(params string[] arguments)
    {
        var answer = Try(arguments);
        Assert.True(answer.ExitCode == 0, $"{_name} {string.Join(' ', arguments)} ended with {answer.ExitCode}:\n{answer.Error}{answer.Out}");
        return answer.Out;
    }

    /// <returns>Exit code, standard output and standard error.</returns>
    public (int ExitCode, string Out, string Error) Try(params string[] arguments)
    {
        Require();
        using var process = Process.Start(new ProcessStartInfo(_path!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
