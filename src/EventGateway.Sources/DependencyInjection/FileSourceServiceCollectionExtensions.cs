using EventGateway.Core.Publishing;
using EventGateway.Sources.Files;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

public static class FileSourceServiceCollectionExtensions
{
    /// <summary>
    /// Makes manifest files the <see cref="IConfigSource"/>. Wrong options are all listed at start, in one
    /// <see cref="OptionsValidationException"/>.
    /// </summary>
    public static IServiceCollection AddFileSource(this IServiceCollection services, ManifestSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ManifestSourceOptions>, ManifestSourceOptionsValidator>());
        services.AddOptions<ManifestSourceOptions>().ValidateOnStart().Configure(o =>
        {
            o.Paths = options.Paths;
            o.IngressClasses = options.IngressClasses;
            o.ScanInterval = options.ScanInterval;
            o.SettleTime = options.SettleTime;
        });
        services.TryAddSingleton<IConfigSource, ManifestFileSource>();
        return services;
    }
}
