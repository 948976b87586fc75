using EventGateway.Core.Log;
using EventGateway.Embedded;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

public static class EmbeddedLogServiceCollectionExtensions
{
    /// <summary>
    /// Keeps logs in an SQLite file. The file is opened when <see cref="IConfigLogStore"/> is first asked for, which throws
    /// <see cref="LogRefusedException"/> when that cannot be done.
    /// </summary>
    /// <exception cref="OptionsValidationException">The options cannot be used; all their faults are listed.</exception>
    public static IServiceCollection AddEmbeddedConfigLog(this IServiceCollection services, SqliteLogOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = options.FindFaults();
        if (faults.Count > 0)
        {
            throw new OptionsValidationException(nameof(SqliteLogOptions), typeof(SqliteLogOptions), faults);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IConfigLogStore>(provider => SqliteConfigLogStore.Open(
            options,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<SqliteConfigLogStore>>() ?? NullLogger<SqliteConfigLogStore>.Instance));
        return services;
    }
}
