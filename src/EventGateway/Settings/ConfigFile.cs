using System.Collections.Immutable;
using EventGateway.Core.Model;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EventGateway.Settings;

/// <summary>The file behind <c>--config</c>: one YAML mapping of setting names to a scalar, a list, or for <c>kafka-option</c> a mapping.</summary>
internal sealed class ConfigFile
{
    private readonly Dictionary<string, SettingValue> _values = new(StringComparer.Ordinal);

    private ConfigFile()
    {
    }

    /// <summary>Reads the file; whatever is wrong goes to <paramref name="faults"/>, and what can be read is returned all the same.</summary>
    public static ConfigFile Read(string path, ICollection<ConfigProblem> faults)
    {
        var file = new ConfigFile();
        try
        {
            using var reader = File.OpenText(path);
            var stream = new YamlStream();
            stream.Load(reader);
            if (stream.Documents.Count > 1)
            {
                faults.Add(new ConfigProblem(SettingCatalog.Config.Flag, $"'{path}' holds {stream.Documents.Count} YAML documents; keep one"));
            }

            if (stream.Documents.Count > 0)
            {
                file.Take(stream.Documents[0].RootNode, path, faults);
            }
        }
        catch (YamlException e)
        {
            faults.Add(new ConfigProblem(SettingCatalog.Config.Flag, $"'{path}' is not YAML, line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add(new ConfigProblem(SettingCatalog.Config.Flag, $"'{path}' cannot be read: {e.Message}"));
        }

        return file;
    }

    public SettingValue? Find(Setting setting) => _values.GetValueOrDefault(setting.Name);

    private void Take(YamlNode root, string path, ICollection<ConfigProblem> faults)
    {
        if (root is YamlScalarNode { Value: null or "" })
        {
            return;
        }

        if (root is not YamlMappingNode mapping)
        {
            faults.Add(new ConfigProblem(SettingCatalog.Config.Flag, $"'{path}' must be one mapping of setting names to values, for example 'http-port: 8080'"));
            return;
        }

        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? key.ToString();
            var from = $"{name} in {path}, line {key.Start.Line}";
            if (!SettingCatalog.FileNames.Contains(name))
            {
                var nearest = NearestName.Of(name, SettingCatalog.FileNames);
                faults.Add(new ConfigProblem(from, nearest is null ? "there is no such setting" : $"there is no such setting; did you mean '{nearest}'?"));
            }
            else if (Texts(name, value) is { } texts)
            {
                _values[name] = new SettingValue(texts, from);
            }
            else
            {
                faults.Add(new ConfigProblem(from, "expected one value or a list of values"));
            }
        }
    }

    private static ImmutableArray<string>? Texts(string name, YamlNode value)
    {
        switch (value)
        {
            case YamlScalarNode scalar:
                return [scalar.Value ?? ""];
            case YamlSequenceNode list when list.Children.All(c => c is YamlScalarNode):
                return [.. list.Children.Select(c => ((YamlScalarNode)c).Value ?? "")];
            case YamlMappingNode options when name == SettingCatalog.KafkaOption.Name && options.Children.All(c => c is { Key: YamlScalarNode, Value: YamlScalarNode }):
                return [.. options.Children.Select(c => $"{((YamlScalarNode)c.Key).Value}={((YamlScalarNode)c.Value).Value}")];
            default:
                return null;
        }
    }
}
