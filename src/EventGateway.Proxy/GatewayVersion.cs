using System.Reflection;

namespace EventGateway.Proxy;

internal static class GatewayVersion
{
    public static readonly string Text =
        typeof(GatewayVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>The Server header of answers the gateway makes itself.</summary>
    public static readonly string ServerHeader = $"eventgateway/{Text}";
}
