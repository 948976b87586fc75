using EventGateway.Core.Publishing;
using EventGateway.Sources.Kubernetes.Watch;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

public static class KubernetesSourceServiceCollectionExtensions
{
    /// <summary>
    /// Makes a cluster the <see cref="IConfigSource"/>, with <see cref="ISourceFeeds"/> about how it is read. Wrong options are all listed at
    /// start, in one <see cref="OptionsValidationException"/>.
    /// </summary>
    public static IServiceCollection AddKubernetesSource(this IServiceCollection services, ClusterSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClusterSourceOptions>, ClusterSourceOptionsValidator>());
        services.AddOptions<ClusterSourceOptions>().ValidateOnStart().Configure(o =>
        {
            o.Kubeconfig = options.Kubeconfig;
            o.Namespaces = options.Namespaces;
            o.NamespaceSelector = options.NamespaceSelector;
            o.AllNamespaces = options.AllNamespaces;
            o.SecretSelector = options.SecretSelector;
            o.IngressClasses = options.IngressClasses;
        });
        services.TryAddSingleton(WatchTiming.Default);
        services.TryAddSingleton<WatchFeeds>();
        services.TryAddSingleton<ISourceFeeds>(s => s.GetRequiredService<WatchFeeds>());
        services.TryAddSingleton<IConfigSource, ClusterSource>();
        return services;
    }
}
