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
            keyRing));
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<OriginPublisher>());
        return services;
    }
}
