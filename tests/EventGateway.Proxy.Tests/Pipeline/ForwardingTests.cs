using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Pipeline;

public sealed class ForwardingTests
{
    [Fact]
    public async Task Get_RouteAndReadyEndpoint_AnswersAsTheUpstream()
    {
        await using var upstream = await UpstreamServer.NamedAsync("hello");
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Log().Put(Config.Endpoints("echo", upstream.Port), Config.Backend("echo"), Config.Route("web", "shop.example", "/"));
        using var response = await gateway.GetAsync("shop.example");
        Assert.Equal("hello", await response.Content.ReadAsStringAsync());
        Assert.False(response.Headers.Contains("Server"));
    }
}
