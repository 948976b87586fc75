using EventGateway.Core.Sealing;

namespace EventGateway.Settings;

/// <summary>The file behind <c>--key-ring</c>: secret, so its permissions are looked at too.</summary>
internal static class KeyRingFile
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads a ring; null when nobody named one, or when it is faulty.</summary>
    public static KeyRing? Read(SettingsReader reader)
    {
        if (reader.Text(SettingCatalog.KeyRing) is not { } path)
        {
            return null;
        }

        var ring = Read(path, out var fault);
        if (fault is not null)
        {
            reader.Fault(reader.From(SettingCatalog.KeyRing), fault);
        }

        return ring;
    }

    /// <param name="fault">What is wrong and what to do; null when the ring was read. It never holds key material.</param>
    public static KeyRing? Read(string path, out string? fault)
    {
        try
        {
            // The file that is looked at is the one that is read, whatever happens to the name in between.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
            {
                fault = $"'{path}' is open to every user of this machine; run: chmod o= {path}";
                return null;
            }

            using var text = new StreamReader(file);
            fault = null;
            return KeyRing.Parse(text.ReadToEnd());
        }
        catch (FormatException e)
        {
            fault = $"'{path}', {e.Message}";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            fault = $"there is no file '{path}'; make one with: (umask 077; eventgateway keys new > {path})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = $"'{path}' cannot be read: {e.Message}";
        }

        return null;
    }

    /// <summary>Reads the ring of a data folder, which is made with one new key when it is not there yet.</summary>
    /// <param name="keyId">Id of the key a new ring starts with.</param>
    /// <param name="fault">What is wrong and what to do; null when there is a ring.</param>
    public static KeyRing? ReadOrCreate(string path, string keyId, out string? fault)
    {
        try
        {
            if (!File.Exists(path))
            {
                var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
                if (!OperatingSystem.IsWindows())
                {
                    options.UnixCreateMode = OwnerOnly;
                }

                using var writer = new StreamWriter(path, options);
                writer.WriteLine(KeyRing.NewLine(keyId));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = $"the key ring '{path}' cannot be made: {e.Message}";
            return null;
        }

        return Read(path, out fault);
    }
}
