using System.Globalization;
using Confluent.Kafka.Admin;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>Plans, makes and checks the topics of logs, for <c>eventgateway topics</c> and for the log itself.</summary>
public sealed class KafkaTopicAdministration
{
    private static readonly TimeSpan SeenAgainAfter = TimeSpan.FromMilliseconds(100);

    private readonly KafkaLogOptions _options;
    private readonly KafkaAdmin _admin;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly KafkaTopicNames _names;
    private volatile bool _statusRefusalIsTold;

    internal KafkaTopicAdministration(KafkaLogOptions options, KafkaAdmin admin, ILogger logger, TimeProvider time)
    {
        _options = options;
        _admin = admin;
        _logger = logger;
        _time = time;
        _names = new KafkaTopicNames(options.Prefix);
    }

    /// <summary>The topics the logs need, two each, and the one for all logs in which proxies say what they serve; as they should be made.</summary>
    /// <exception cref="LogUnavailableException">Kafka could not be reached.</exception>
    /// <exception cref="LogRefusedException">This user may not describe topics.</exception>
    public async Task<IReadOnlyList<TopicPlan>> PlanAsync(IReadOnlyCollection<LogName> logs, CancellationToken cancellationToken) =>
        logs.Count == 0 ? await PlanLogsAsync(logs, cancellationToken) : [.. await PlanLogsAsync(logs, cancellationToken), await PlanStatusAsync(cancellationToken)];

    private async Task<IReadOnlyList<TopicPlan>> PlanLogsAsync(IReadOnlyCollection<LogName> logs, CancellationToken cancellationToken)
    {
        var replicas = await CountReplicasAsync(cancellationToken);
        var existing = await _admin.DescribeAsync([.. logs.SelectMany(TopicsOf)], cancellationToken);
        var limit = _options.EffectiveMaxMessageBytes;
        return
        [
            .. logs.SelectMany(log => new[]
            {
                Plan(log, _names.Config(log), RecommendedTopicSettings.Config(replicas, limit)),
                Plan(log, _names.History(log), RecommendedTopicSettings.History(replicas, limit)),
            }),
        ];

        TopicPlan Plan(LogName log, string topic, IReadOnlyList<TopicSetting> settings) =>
            new(log, topic, existing.ContainsKey(topic), 1, replicas, settings);
    }

    private async Task<TopicPlan> PlanStatusAsync(CancellationToken cancellationToken)
    {
        var replicas = await CountReplicasAsync(cancellationToken);
        var existing = await _admin.DescribeAsync(_names.Status, cancellationToken);
        return new TopicPlan(null, _names.Status, existing is not null, 1, replicas, RecommendedTopicSettings.Status());
    }

    private async Task<short> CountReplicasAsync(CancellationToken cancellationToken) =>
        (short)Math.Clamp(await _admin.CountBrokersAsync(cancellationToken), 1, RecommendedTopicSettings.Replicas);

    /// <summary>Makes the topics that are missing. Those that exist are left as they are; see <see cref="VerifyAsync"/>.</summary>
    /// <returns>The topics made.</returns>
    /// <exception cref="LogUnavailableException">Kafka could not be reached.</exception>
    /// <exception cref="LogRefusedException">Kafka will not make them: the message says why.</exception>
    public async Task<IReadOnlyList<TopicPlan>> CreateAsync(IReadOnlyCollection<LogName> logs, CancellationToken cancellationToken) =>
        await CreateAsync(await PlanAsync(logs, cancellationToken), cancellationToken);

    private async Task<IReadOnlyList<TopicPlan>> CreateAsync(IReadOnlyList<TopicPlan> plans, CancellationToken cancellationToken)
    {
        var made = new List<TopicPlan>();
        foreach (var plan in plans)
        {
            if (!plan.Exists && await CreateAsync(plan, cancellationToken))
            {
                made.Add(plan);
            }
        }

        await WaitUntilSeenAsync(made, cancellationToken);
        return made;
    }

    /// <summary>What is not as it should be; empty: all is well.</summary>
    /// <exception cref="LogUnavailableException">Kafka could not be reached.</exception>
    /// <exception cref="LogRefusedException">This user may not describe topics.</exception>
    public async Task<IReadOnlyList<TopicFinding>> VerifyAsync(IReadOnlyCollection<LogName> logs, CancellationToken cancellationToken)
    {
        var findings = new List<TopicFinding>();
        var plans = await PlanAsync(logs, cancellationToken);
        var states = await _admin.DescribeAsync([.. plans.Select(p => p.Topic)], cancellationToken);
        foreach (var plan in plans)
        {
            if (!states.TryGetValue(plan.Topic, out var state))
            {
                findings.Add(new TopicFinding(plan.Topic, "exists", "no", "yes", plan.Log is not null, TopicFixes.Create(_options, plan.Log ?? logs.First())));
                continue;
            }

            findings.AddRange(TopicChecks.FindFaults(plan, state, await _admin.GetSettingsAsync(plan.Topic, cancellationToken), _options));
        }

        return findings;
    }

    /// <summary>Checks that a log may be written, making its topics first if that was asked for.</summary>
    /// <returns>How large its records may be.</returns>
    internal async Task<RecordLimits> PrepareForWritingAsync(LogName log, CancellationToken cancellationToken)
    {
        var (config, history) = (_names.Config(log), _names.History(log));
        var states = await _admin.DescribeAsync([config, history], cancellationToken);
        if (_options.CreateTopics)
        {
            await CreateStatusAsync(cancellationToken);
        }

        if (states.Count < 2 && _options.CreateTopics)
        {
            await CreateAsync(await PlanLogsAsync([log], cancellationToken), cancellationToken);
            states = await _admin.DescribeAsync([config, history], cancellationToken);
        }

        var configState = states.GetValueOrDefault(config) ?? throw Missing(config, log);
        var historyState = states.GetValueOrDefault(history) ?? throw Missing(history, log);
        var settings = await ThrowIfUnfitAsync(configState, cancellationToken);
        TopicChecks.ThrowIfPartitioned(_options, historyState);
        var historySettings = await _admin.GetSettingsAsync(history, cancellationToken);
        if (historySettings?.GetValueOrDefault("cleanup.policy") is { } policy && policy != "delete")
        {
            _logger.SettingDiffers(history, "cleanup.policy", policy, "delete");
        }

        var (configBytes, configSetting) = GetLimit(config, settings);
        var (historyBytes, historySetting) = GetLimit(history, historySettings);
        return new RecordLimits(configBytes, configSetting, historyBytes, historySetting);
    }

    /// <summary>Refuses a config topic in which config could be lost or change its order.</summary>
    /// <returns>The topic's settings; null when they may not be read.</returns>
    internal async Task<IReadOnlyDictionary<string, string>?> ThrowIfUnfitAsync(TopicState topic, CancellationToken cancellationToken)
    {
        TopicChecks.ThrowIfPartitioned(_options, topic);
        var settings = await _admin.GetSettingsAsync(topic.Topic, cancellationToken);
        if (settings?.GetValueOrDefault("cleanup.policy") is { } policy && policy != "compact")
        {
            throw new LogRefusedException(
                $"topic {topic.Topic} has cleanup.policy={policy} and must have exactly 'compact', or config in it is lost after a while; "
                + TopicFixes.Alter(_options, topic.Topic, "cleanup.policy", "compact"));
        }

        return settings;
    }

    internal LogUnavailableException Missing(string topic, LogName log) =>
        new($"topic {topic} does not exist on Kafka at {_options.BootstrapServers}; {TopicFixes.Create(_options, log)}");

    private (int Bytes, string Setting) GetLimit(string topic, IReadOnlyDictionary<string, string>? settings)
    {
        var ours = _options.EffectiveMaxMessageBytes;
        return settings?.GetValueOrDefault("max.message.bytes") is { } text && int.TryParse(text, CultureInfo.InvariantCulture, out var topics) && topics < ours
            ? (topics, $"max.message.bytes of topic {topic}")
            : (ours, "message.max.bytes of the Kafka client (and max.message.bytes of the topic)");
    }

    /// <summary>Whoever may write a log need not be one who may make what is for all: then it is told once, and the log is written all the same.</summary>
    private async Task CreateStatusAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CreateAsync([await PlanStatusAsync(cancellationToken)], cancellationToken);
        }
        catch (LogRefusedException e)
        {
            if (!_statusRefusalIsTold)
            {
                _logger.StatusTopicNotMade(e.Message);
            }

            _statusRefusalIsTold = true;
        }
    }

    private async Task<bool> CreateAsync(TopicPlan plan, CancellationToken cancellationToken)
    {
        var topic = new TopicSpecification
        {
            Name = plan.Topic,
            NumPartitions = plan.Partitions,
            ReplicationFactor = plan.ReplicationFactor,
            Configs = plan.Settings.ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal),
        };
        if (!await _admin.CreateAsync(topic, cancellationToken))
        {
            return false;
        }

        _logger.TopicMade(plan.Topic, plan.ReplicationFactor);
        return true;
    }

    // Brokers learn of a new topic one after the other.
    private async Task WaitUntilSeenAsync(List<TopicPlan> made, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (made.Count > 0 && (await _admin.DescribeAsync([.. made.Select(p => p.Topic)], cancellationToken)).Count < made.Count
            && _time.GetElapsedTime(started) < _options.RequestTimeout)
        {
            await Task.Delay(SeenAgainAfter, _time, cancellationToken);
        }
    }

    private string[] TopicsOf(LogName log) => [_names.Config(log), _names.History(log)];
}
