using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace EventGateway.Benchmarks.Load;

/// <summary>The smallest YARP there is: one route, one cluster, two destinations, no logging. Ports, certificate and destinations are its arguments.</summary>
internal static class YarpHost
{
    public const string Verb = "yarp-host";

    public static async Task RunAsync(string[] args)
    {
        using var pem = X509Certificate2.CreateFromPemFile(args[3], args[4]);
        using var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, Port(args[0]), listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, Port(args[1]), listen => listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate }));
            kestrel.Listen(IPAddress.Loopback, Port(args[2]), listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddRouting();
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "two", Match = new RouteMatch { Path = "/{**rest}" } }],
            [
                new ClusterConfig
                {
                    ClusterId = "two",
                    LoadBalancingPolicy = "RoundRobin",
                    Destinations = args.Skip(5).ToDictionary(port => port, port => new DestinationConfig { Address = $"http://127.0.0.1:{port}" }, StringComparer.Ordinal),
                },
            ]);
        await using var app = builder.Build();
        app.UseRouting();
        app.MapReverseProxy();
        await app.RunAsync();
    }

    private static int Port(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
