using EventGateway.Core.Sealing;
using EventGateway.Settings;

namespace EventGateway.Tests.Settings;

public sealed class KeyRingFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.GroupRead;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(OwnerOnly)]
    [InlineData(OwnerAndGroup)]
    public void Read_NotOpenToOthers_IsRead(UnixFileMode mode)
    {
        var ring = KeyRingFile.Read(_folder.Write("ring", KeyRing.NewLine("one"), mode), out var fault);
        Assert.Null(fault);
        Assert.Equal("one", ring!.SealingKeyId);
    }

    [Theory]
    [InlineData(OwnerOnly | UnixFileMode.OtherRead)]
    [InlineData(OwnerOnly | UnixFileMode.OtherWrite)]
    public void Read_OpenToOthers_IsRefusedWithTheCommandThatMendsIt(UnixFileMode mode)
    {
        var path = _folder.Write("ring", KeyRing.NewLine("one"), mode);
        Assert.Null(KeyRingFile.Read(path, out var fault));
        Assert.Equal($"'{path}' is open to every user of this machine; run: chmod o= {path}", fault);
    }

    [Fact]
    public void Read_Missing_SaysHowToMakeOne()
    {
        Assert.Null(KeyRingFile.Read(_folder.File("none"), out var fault));
        Assert.Contains("eventgateway keys new", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Damaged_NamesTheLineAndNeverTheKey()
    {
        var line = KeyRing.NewLine("one");
        var path = _folder.Write("ring", $"{line}\ntwo: c2VjcmV0LXRoaW5n\n", OwnerOnly);
        Assert.Null(KeyRingFile.Read(path, out var fault));
        Assert.StartsWith($"'{path}', line 2: ", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadOrCreate_Twice_MakesOneRingThatOnlyItsOwnerCanRead()
    {
        var path = _folder.File("key-ring");
        var first = KeyRingFile.ReadOrCreate(path, "one", out var fault);
        Assert.Null(fault);
        var text = File.ReadAllText(path);
        var second = KeyRingFile.ReadOrCreate(path, "two", out _);
        Assert.Equal(first!.KeyIds, second!.KeyIds);
        Assert.Equal(text, File.ReadAllText(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public void ReadOrCreate_FolderMissing_IsAFault()
    {
        Assert.Null(KeyRingFile.ReadOrCreate(_folder.File("no/such/ring"), "one", out var fault));
        Assert.Contains("cannot be made", fault, StringComparison.Ordinal);
    }
}
