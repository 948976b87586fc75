using System.Text;
using EventGateway.Core.Log;
using EventGateway.TestKit.Logs;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Embedded.Tests;

/// <summary>What the tests of the embedded log have in common.</summary>
internal static class TestLogs
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    public static readonly LogName Shop = new("test", "shop");
    public static readonly LogName Blog = new("test", "blog");

    public static SqliteConfigLogStore Open(DataFolder folder, TimeProvider? time = null) => Open(new SqliteLogOptions { DataFolder = folder.Path }, time);

    public static SqliteConfigLogStore Open(SqliteLogOptions options, TimeProvider? time = null) =>
        SqliteConfigLogStore.Open(options, time ?? TimeProvider.System, NullLogger<SqliteConfigLogStore>.Instance);

    public static LogRecord Put(string key, string value = "1") => new(key, Encoding.UTF8.GetBytes(value));

    public static LogRecord Remove(string key) => new(key, null) { RemovalSequence = 1, RemovalEpoch = 1 };

    public static Task<long> AppendAsync(this IConfigLogWriter writer, params LogRecord[] records) =>
        writer.AppendAsync(records, null, CancellationToken.None);

    public static LogCollector Collect(IConfigLog log, long fromOffset = 0) => LogCollector.Start(log, fromOffset, Deadline);

    public static async Task<IReadOnlyList<string>> KeysAsync(IConfigLog log)
    {
        await using var collector = Collect(log);
        await collector.WaitForEndAsync();
        return [.. collector.Records.Select(r => r.Key)];
    }

    public static async Task<IReadOnlyList<string>> HistoryKeysAsync(IConfigLog log)
    {
        var keys = new List<string>();
        await foreach (var entry in log.ReadHistoryAsync(0, CancellationToken.None))
        {
            keys.Add(entry.Key);
        }

        return keys;
    }

    /// <summary>Runs SQL on the file of a store that is closed.</summary>
    public static object? Sql(DataFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
