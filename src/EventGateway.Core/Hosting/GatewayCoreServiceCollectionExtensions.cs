using EventGateway.Core.Acks;
using EventGateway.Core.Loading;
using EventGateway.Core.Loading.LastKnownGood;
using EventGateway.Core.Log;
using EventGateway.Core.Publishing;
using EventGateway.Core.Sealing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what every role is made of. The log store and the source come from their own projects.</summary>
public static class GatewayCoreServiceCollectionExtensions
{
    /// <summary>Follows the logs of the registered <see cref="IConfigLogStore"/> and hands their images to every <see cref="IImagePublisher"/>.</summary>
    /// <param name="lastKnownGood">Null: no last-known-good files are kept, and a start waits for the store.</param>
    public static IServiceCollection AddConfigLoader(this IServiceCollection services, LoaderOptions options, LastKnownGoodOptions? lastKnownGood = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        if (lastKnownGood is not null)
        {
            services.AddLastKnownGood(lastKnownGood);
        }

        services.TryAddSingleton(options);
        services.TryAddSingleton<ImageBroadcast>();
        services.TryAddSingleton<ConfigLoader>();
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<ConfigLoader>());
        return services;
    }

    // Hosted before the loader, and so stopped after it: the last image is written too.
    private static void AddLastKnownGood(this IServiceCollection services, LastKnownGoodOptions options)
    {
        services.TryAddSingleton(new LastKnownGoodFolder(options));
        services.TryAddSingleton<LastKnownGoodWriter>();
        services.AddSingleton<IImagePublisher>(s => s.GetRequiredService<LastKnownGoodWriter>());
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<LastKnownGoodWriter>());
    }

    /// <summary>Reports what this process serves to the registered <see cref="IAckLog"/>. Needs <see cref="AddConfigLoader"/>.</summary>
    /// <param name="id">As <c>/status</c> tells it.</param>
    /// <param name="version">Of the program.</param>
    public static IServiceCollection AddAckReporter(this IServiceCollection services, string id, string version, AckOptions options)
    {
        services.TryAddSingleton(s => new AckReporter(
            s.GetRequiredService<IAckLog>(),
            s.GetRequiredService<ImageBroadcast>(),
            s.GetRequiredService<ConfigLoader>(),
            s.GetRequiredService<LoaderOptions>(),
            ProxyName.New(id),
            version,
            options,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<AckReporter>>()));
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<AckReporter>());
        return services;
    }

    /// <summary>Knows from the registered <see cref="IAckLog"/> when what this process appends is served everywhere.</summary>
    public static IServiceCollection AddConvergenceWatch(this IServiceCollection services, AckOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(options);
        services.TryAddSingleton<FleetReader>();
        services.TryAddSingleton<ConvergenceWatch>();
        services.AddSingleton<IAppendObserver>(s => s.GetRequiredService<ConvergenceWatch>());
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<FleetReader>());
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<ConvergenceWatch>());
        return services;
    }

    /// <summary>Keeps the logs of the registered <see cref="IConfigLogStore"/> at what the registered <see cref="IConfigSource"/> wants.</summary>
    /// <param name="keyRing">Null: certificates are refused by name.</param>
    public static IServiceCollection AddOriginPublisher(this IServiceCollection services, PublisherOptions options, KeyRing? keyRing)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(s => new OriginPublisher(
            s.GetRequiredService<IConfigLogStore>(),
            s.GetRequiredService<IConfigSource>(),
            options,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>(),
            keyRing,
            s.GetServices<IAppendObserver>()));
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<OriginPublisher>());
        return services;
    }
}
