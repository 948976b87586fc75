using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What two routes cannot both have.</summary>
/// <param name="Host">"" for any host.</param>
/// <param name="Conditions">Methods and headers as text; routes that differ in them do not stand in each other's way.</param>
/// <param name="IsDefault">A default backend gives way to rules, so it only collides with its like.</param>
internal readonly record struct ClaimKey(string Host, PathMatchType Type, string Path, string Conditions, bool IsDefault)
{
    public override string ToString()
    {
        var host = Host.Length == 0 ? "any host" : $"host '{Host}'";
        return IsDefault ? $"the default backend of {host}" : $"{host} with {Type} path '{Path}'{(Conditions.Length == 0 ? "" : $" and {Conditions}")}";
    }
}
