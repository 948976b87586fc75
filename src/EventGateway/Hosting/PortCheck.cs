using EventGateway.Commands;
using EventGateway.Core.Model;

namespace EventGateway.Hosting;

/// <summary>Tells before anything is begun which addresses cannot be listened on.</summary>
internal static class PortCheck
{
    public static List<ConfigProblem> Faults(IEnumerable<ListenAddress> addresses) =>
        [.. addresses.Select(a => (a.Name, Fault: a.Fault())).Where(a => a.Fault is not null).Select(a => new ConfigProblem(a.Name, a.Fault!))];

    /// <returns>The exit code.</returns>
    public static int Refuse(TextWriter error, IEnumerable<ConfigProblem> faults)
    {
        foreach (var fault in faults)
        {
            error.WriteLine($"eventgateway: {fault}");
        }

        return ExitCodes.Usage;
    }
}
