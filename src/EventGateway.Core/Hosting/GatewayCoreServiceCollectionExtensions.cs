using EventGateway.Core.Loading;
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
    public static IServiceCollection AddConfigLoader(this IServiceCollection services, LoaderOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(options);
        services.TryAddSingleton<ImageBroadcast>();
        services.TryAddSingleton<ConfigLoader>();
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<ConfigLoader>());
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
            keyRing));
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<OriginPublisher>());
        return services;
    }
}
