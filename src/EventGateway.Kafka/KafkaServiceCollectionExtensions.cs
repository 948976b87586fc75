using EventGateway.Core.Log;
using EventGateway.Kafka;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Kafka as the place where logs are kept.</summary>
public static class KafkaServiceCollectionExtensions
{
    /// <summary>Adds <see cref="KafkaConfigLogStore"/>, also as the <see cref="IConfigLogStore"/>, and its <see cref="KafkaConfigLogStore.Acks"/>. Does no I/O.</summary>
    /// <exception cref="ArgumentException">The options cannot be used; the message lists all that is wrong.</exception>
    public static IServiceCollection AddKafkaConfigLog(this IServiceCollection services, KafkaLogOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(options));
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(options);
        services.TryAddSingleton(provider => new KafkaConfigLogStore(
            options, provider.GetRequiredService<ILoggerFactory>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => provider.GetRequiredService<KafkaConfigLogStore>().Acks);
        services.TryAddSingleton<IConfigLogStore>(provider => provider.GetRequiredService<KafkaConfigLogStore>());
        return services;
    }
}
