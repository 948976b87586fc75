using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using EventGateway.Core.Model;
using EventGateway.Settings;

namespace EventGateway.Commands;

/// <summary>
/// A command: its settings, how they become <typeparamref name="TSettings"/>, and what it does with them. Nothing runs while there
/// is a fault in any setting.
/// </summary>
internal abstract class SettingsCommand<TSettings> : Command, ISettingsCommand, IExampleCommand
{
    private readonly Dictionary<string, Symbol> _symbols = new(StringComparer.Ordinal);
    private readonly List<Setting> _offered = [];

    /// <param name="positional">The setting that stands bare on the command line; null: none does.</param>
    /// <param name="hidden">Settings that are understood but not offered.</param>
    protected SettingsCommand(string name, string description, IEnumerable<Setting> settings, Setting? positional = null, IEnumerable<Setting>? hidden = null)
        : base(name, description)
    {
        if (positional is not null)
        {
            var argument = new Argument<string[]>(positional.ValueName) { Description = positional.Description, Arity = ArgumentArity.ZeroOrMore };
            _symbols[positional.Name] = argument;
            Add(argument);
        }

        foreach (var setting in settings)
        {
            AddOption(setting, isHidden: false);
        }

        foreach (var setting in hidden ?? [])
        {
            AddOption(setting, isHidden: true);
        }
    }

    public abstract ImmutableArray<string> Examples { get; }

    public IReadOnlyList<Setting> Offered => _offered;

    public void Check(ParseResult parsed, CommandConsole console, List<ConfigProblem> faults) => Read(Reader(parsed, console, faults));

    public async Task<int> InvokeAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        List<ConfigProblem> faults = [];
        var settings = Read(Reader(parsed, console, faults));
        return faults.Count == 0
            ? await RunAsync(settings, console, cancellationToken)
            : FaultList.Write(console.Error, parsed.CommandResult, faults);
    }

    protected abstract TSettings Read(SettingsReader reader);

    protected abstract Task<int> RunAsync(TSettings settings, CommandConsole console, CancellationToken cancellationToken);

    private SettingsReader Reader(ParseResult parsed, CommandConsole console, List<ConfigProblem> faults)
    {
        var sources = new SettingSources(s => OnCommandLine(parsed, s), console.Environment, File: null);
        var path = sources.Find(SettingCatalog.Config)?.Values.FirstOrDefault();
        return new SettingsReader(path is null ? sources : sources with { File = ConfigFile.Read(path, faults) }, faults);
    }

    private SettingValue? OnCommandLine(ParseResult parsed, Setting setting)
    {
        if (!_symbols.TryGetValue(setting.Name, out var symbol) || parsed.GetResult(symbol) is not { } result || result.Tokens.Count == 0 && !IsSwitchedOn(result))
        {
            return null;
        }

        ImmutableArray<string> values = result.Tokens.Count == 0 ? ["true"] : [.. result.Tokens.Select(t => t.Value)];
        return SettingSources.Split(setting, new SettingValue(values, symbol is Argument ? setting.ValueName : setting.Flag));
    }

    private static bool IsSwitchedOn(SymbolResult result) => result is OptionResult { Implicit: false, Option: Option<bool> };

    private void AddOption(Setting setting, bool isHidden)
    {
        Option option = setting switch
        {
            { IsSwitch: true } => new Option<bool>(setting.Flag),
            { IsMany: true } => new Option<string[]>(setting.Flag)
            {
                HelpName = setting.ValueName,
                Arity = ArgumentArity.OneOrMore,
                AllowMultipleArgumentsPerToken = setting.TakesSeveralTokens,
            },
            _ => new Option<string>(setting.Flag) { HelpName = setting.ValueName, Arity = ArgumentArity.ExactlyOne },
        };
        option.Description = setting.Default is null ? setting.Description : $"{setting.Description} [default: {setting.Default}]";
        option.Hidden = isHidden;
        if (setting.Alias is not null)
        {
            option.Aliases.Add(setting.Alias);
        }

        _symbols[setting.Name] = option;
        Add(option);
        if (!isHidden)
        {
            _offered.Add(setting);
        }
    }
}
