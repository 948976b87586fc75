using System.Collections.Immutable;
using EventGateway.Core.Sealing;
using EventGateway.Settings;

namespace EventGateway.Commands;

/// <summary><c>eventgateway keys new</c>: prints a line for a key ring.</summary>
internal sealed class KeysNewCommand() : SettingsCommand<string>(
    "new",
    "Prints a new line for a key ring. Put it first to seal with it; keep the older lines as long as the log holds what they sealed.",
    [SettingCatalog.KeyId, SettingCatalog.Config])
{
    public override ImmutableArray<string> Examples =>
    [
        "(umask 077; eventgateway keys new > key-ring)",
        "(umask 077; { eventgateway keys new --id second; cat key-ring; } > new-ring) && mv new-ring key-ring",
    ];

    /// <summary>An id that tells people when the key was made.</summary>
    public static string DefaultId(TimeProvider time) => $"k{time.GetUtcNow():yyyyMMddHHmmss}";

    protected override string Read(SettingsReader reader)
    {
        var id = reader.Text(SettingCatalog.KeyId) ?? "";
        if (reader.IsSet(SettingCatalog.KeyId) && KeyIdFault(id) is { } fault)
        {
            reader.Fault(reader.From(SettingCatalog.KeyId), fault);
        }

        return id;
    }

    protected override async Task<int> RunAsync(string settings, CommandConsole console, CancellationToken cancellationToken)
    {
        await console.Out.WriteLineAsync(KeyRing.NewLine(settings.Length > 0 ? settings : DefaultId(console.Time)));
        return ExitCodes.Done;
    }

    private static string? KeyIdFault(string id)
    {
        try
        {
            KeyRing.NewLine(id);
            return null;
        }
        catch (ArgumentException)
        {
            return $"'{id}' is not a key id; use 1 to 64 letters, digits, '.', '_' and '-'";
        }
    }
}
