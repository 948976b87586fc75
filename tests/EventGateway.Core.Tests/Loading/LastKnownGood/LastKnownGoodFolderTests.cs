using EventGateway.Core.Loading.LastKnownGood;
using EventGateway.Core.Log;
using EventGateway.Core.Tests.Image;
using Xunit;

namespace EventGateway.Core.Tests.Loading.LastKnownGood;

public sealed class LastKnownGoodFolderTests : IDisposable
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly LogName Blog = new("a", "blog");
    private readonly string _data = Directory.CreateTempSubdirectory("eventgateway-lkg-").FullName;
    private readonly LastKnownGoodFolder _folder;

    public LastKnownGoodFolderTests()
    {
        var path = LastKnownGoodFolder.Prepare(_data, out var fault);
        Assert.Null(fault);
        _folder = new LastKnownGoodFolder(new LastKnownGoodOptions { Folder = path });
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public void Prepare_NewFolder_IsItsOwnersAlone()
    {
        var path = LastKnownGoodFolder.Prepare(Path.Combine(_data, "not", "there"), out var fault);
        Assert.Null(fault);
        AssertMode(OwnersFile | UnixFileMode.UserExecute, path);
        Assert.Empty(Directory.EnumerateFileSystemEntries(path));
    }

    [Fact]
    public void Prepare_FolderOpenToOthers_IsClosed()
    {
        Open(_folder.Options.Folder);
        LastKnownGoodFolder.Prepare(_data, out _);
        AssertMode(OwnersFile | UnixFileMode.UserExecute, _folder.Options.Folder);
    }

    [Fact]
    public void Prepare_WhereNoFolderCanBe_SaysWhatToDo()
    {
        var file = Path.Combine(_data, "file");
        File.WriteAllText(file, "");
        LastKnownGoodFolder.Prepare(file, out var fault);
        Assert.StartsWith($"the folder '{Path.Combine(file, "last-known-good")}' cannot be written: ", fault, StringComparison.Ordinal);
        Assert.EndsWith("; name one that belongs to this user", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ThenRead_IsThereForItsOwnerAlone()
    {
        var image = LastKnownGoodFormatTests.AllKinds();
        var size = _folder.Write(Samples.Shop, image, Samples.Created);
        var path = Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Options.Folder));
        Assert.Equal("a.shop.image", Path.GetFileName(path));
        Assert.Equal(size, new FileInfo(path).Length);
        AssertMode(OwnersFile, path);
        var read = Assert.Single(_folder.Read(_ => true));
        Assert.Equal(LogScript.Describe(image), LogScript.Describe(read.Image!));
        Assert.True(_folder.Copies[Samples.Shop].IsOf(image));
    }

    [Fact]
    public void Read_FileOpenToOthers_IsClosed()
    {
        _folder.Write(Samples.Shop, LastKnownGoodFormatTests.AllKinds(), Samples.Created);
        Open(_folder.PathOf(Samples.Shop));
        Assert.NotNull(Assert.Single(_folder.Read(_ => true)).Image);
        AssertMode(OwnersFile, _folder.PathOf(Samples.Shop));
    }

    [Fact]
    public void Read_OneDamagedOneStrangeOneHalfWritten_TheOthersAreRead()
    {
        _folder.Write(Samples.Shop, LastKnownGoodFormatTests.AllKinds(), Samples.Created);
        var bytes = File.ReadAllBytes(_folder.PathOf(Samples.Shop));
        File.WriteAllBytes(_folder.PathOf(Blog), bytes[..100]);
        File.WriteAllText(Path.Combine(_folder.Options.Folder, "what is this.image"), "");
        File.WriteAllText(Path.Combine(_folder.Options.Folder, "xyz.tmp"), "half");
        File.WriteAllText(Path.Combine(_folder.Options.Folder, "README"), "not ours, left alone");

        var files = _folder.Read(_ => true);
        Assert.NotNull(files.Single(f => f.Log == Samples.Shop).Image);
        Assert.Equal("its checksum does not match: it was cut short or damaged", files.Single(f => f.Log == Blog).Refusal);
        Assert.Equal("its name is not ORIGIN.WORKSPACE.image", files.Single(f => f.Log is null).Refusal);
        Assert.Equal(2, _folder.Refused.Count);
        Assert.False(File.Exists(Path.Combine(_folder.Options.Folder, "xyz.tmp")));
        Assert.True(File.Exists(Path.Combine(_folder.Options.Folder, "README")));

        _folder.Write(Blog, LastKnownGoodFormatTests.AllKinds(), Samples.Created);
        Assert.Single(_folder.Refused);
    }

    [Fact]
    public void Read_LogThatIsNotFollowed_IsLeftAlone()
    {
        _folder.Write(Samples.Shop, LastKnownGoodFormatTests.AllKinds(), Samples.Created);
        Assert.Empty(_folder.Read(log => log.Workspace == "blog"));
        Assert.True(File.Exists(_folder.PathOf(Samples.Shop)));
    }

    // Windows has no such modes: there the folder's own rights are all there is.
    private static void AssertMode(UnixFileMode expected, string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(expected, File.GetUnixFileMode(path));
        }
    }

    private static void Open(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }
}
