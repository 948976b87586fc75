using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>A port of a Service.</summary>
/// <param name="Name">"" is a name.</param>
/// <param name="Target">Port of the endpoints where these do not say one.</param>
internal readonly record struct ServicePortChoice(string Name, int Number, int Target, UpstreamProtocol Protocol)
{
    /// <summary>The port's part of the backend's key: one port has one key, however it is referred to.</summary>
    public string KeyPart => Name.Length > 0 ? Name : $"{Number}";
}
