using EventGateway.Core.Log;
using Xunit;
using static EventGateway.Embedded.Tests.TestLogs;

namespace EventGateway.Embedded.Tests;

public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Open_NewFolder_MakesItWithAPrivateFileInWalMode()
    {
        var options = new SqliteLogOptions { DataFolder = Path.Combine(_folder.Path, "a", "b") };
        await using (var store = Open(options))
        {
            await using var writer = await store.Open(Shop).ClaimAsync(CancellationToken.None);
            await writer.AppendAsync(Put("a"));
            Assert.True(store.IsConnected);
            Assert.Equal("embedded", store.Source);
            Assert.True(File.Exists(Path.Combine(options.DataFolder, "embedded.db-wal")), "No -wal file: the database is not in WAL mode");
            if (!OperatingSystem.IsWindows())
            {
                foreach (var file in Directory.GetFiles(options.DataFolder))
                {
                    Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
                }
            }
        }

        Assert.Equal(["embedded.db", "embedded.db.lock"], Directory.GetFiles(options.DataFolder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Open_DatabaseFile_FlushesEachCommit()
    {
        using var database = SqliteDatabase.Open(new SqliteLogOptions { DataFolder = _folder.Path });
        Assert.Equal("wal", SqliteSchema.Scalar(database.Writing, "PRAGMA journal_mode"));
        Assert.Equal(2L, SqliteSchema.Pragma(database.Writing, "synchronous"));
        Assert.Equal(SqliteSchema.Version, SqliteSchema.Pragma(database.Writing, "user_version"));
    }

    [Fact]
    public void Open_FileThatIsNoDatabase_IsRefusedAndLeftAlone()
    {
        var text = string.Concat(Enumerable.Repeat("this is not a database\n", 500));
        File.WriteAllText(_folder.Database, text);

        AssertRefused("is not a database", "Move it away");

        Assert.Equal(text, File.ReadAllText(_folder.Database));
    }

    [Fact]
    public async Task Open_DamagedFileAfterACrash_IsRefused()
    {
        await FillAsync();
        Sql(_folder, "UPDATE owner SET clean = 0");
        Damage();

        AssertRefused("is damaged", "restore the file from a backup");
    }

    [Fact]
    public async Task Read_DamagedFile_FailsWithTheFileAndTheFix()
    {
        await FillAsync();
        Damage();
        await using var store = Open(_folder);

        var refusal = await Assert.ThrowsAsync<LogRefusedException>(() => KeysAsync(store.Open(Shop)));

        Assert.Contains(_folder.Database, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("restore the file from a backup", refusal.Message, StringComparison.Ordinal);
        Assert.False(store.IsConnected);
    }

    [Fact]
    public async Task Open_NewerSchema_IsRefusedAndLeftAlone()
    {
        await FillAsync();
        Sql(_folder, "PRAGMA user_version = 7");

        AssertRefused("has schema 7", "knows schema 1 at most");

        Assert.Equal(7L, Sql(_folder, "PRAGMA user_version"));
        Sql(_folder, "PRAGMA user_version = 1");
        await using var store = Open(_folder);
        Assert.Equal(300, (await KeysAsync(store.Open(Shop))).Count);
    }

    [Fact]
    public void Open_DatabaseOfAnotherProgram_IsRefusedAndLeftAlone()
    {
        Sql(_folder, "CREATE TABLE bookmarks (url TEXT)");

        AssertRefused("of another program", "--data");

        Assert.Equal(1L, Sql(_folder, "SELECT count(*) FROM sqlite_schema"));
    }

    [Fact]
    public void Open_FolderUnderAFile_IsRefused()
    {
        var file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "");
        var options = new SqliteLogOptions { DataFolder = Path.Combine(file, "data") };

        var refusal = Assert.Throws<LogRefusedException>(() => Open(options));

        Assert.Contains(options.DataFolder, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be written to", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--data", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FolderInPlaceOfTheFile_IsRefused()
    {
        Directory.CreateDirectory(_folder.Database);
        AssertRefused("cannot be written to", "--data");
    }

    [Fact]
    public void Open_FolderThatMayNotBeWritten_IsRefused()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Rights of a folder are tested where they are a mode");
            return;
        }

        if (Environment.IsPrivilegedProcess)
        {
            Assert.Skip("The superuser may write everywhere; Open_FolderUnderAFile_IsRefused covers the message");
        }

        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        AssertRefused("cannot be written to", "--data");
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void Open_AfterARefusal_WorksOnceTheCauseIsGone()
    {
        File.WriteAllText(_folder.Database, new string('x', 5000));
        Assert.Throws<LogRefusedException>(() => Open(_folder));
        File.Delete(_folder.Database);

        using var database = SqliteDatabase.Open(new SqliteLogOptions { DataFolder = _folder.Path });

        Assert.False(database.WasLeftOpen);
    }

    [Fact]
    public async Task Append_FullDisk_AppendsNothingAndGoesOnWhenThereIsRoom()
    {
        var options = new SqliteLogOptions { DataFolder = _folder.Path, MaxPages = 300 };
        await using var store = Open(options);
        var log = store.Open(Shop);
        await using var writer = await log.ClaimAsync(CancellationToken.None);
        await using var blog = await store.Open(Blog).ClaimAsync(CancellationToken.None);
        await blog.AppendAsync(Put("large", new string('x', 500_000)));
        await writer.AppendAsync(Put("before"));

        var fault = await Assert.ThrowsAsync<LogUnavailableException>(
            () => writer.AppendAsync(Put("first"), Put("large", new string('x', 900_000)), Put("commit")));

        Assert.Contains($"the disk of {_folder.Database} is full", fault.Message, StringComparison.Ordinal);
        Assert.False(store.IsConnected);
        Assert.Equal(["before"], await KeysAsync(log));
        await store.DeleteLogAsync(Blog, CancellationToken.None);
        await using var again = await log.ClaimAsync(CancellationToken.None);
        await again.AppendAsync(Put("first"), Put("large", new string('x', 900_000)), Put("commit"));
        Assert.Equal(["before", "first", "large", "commit"], await KeysAsync(log));
        Assert.True(store.IsConnected);
    }

    private async Task FillAsync()
    {
        await using var store = Open(_folder);
        await using var writer = await store.Open(Shop).ClaimAsync(CancellationToken.None);
        await writer.AppendAsync([.. Enumerable.Range(0, 300).Select(i => Put($"k{i}", new string('x', 1000)))]);
    }

    /// <summary>Zeroes most of the file but its first pages, as a lost block of a disk does.</summary>
    private void Damage()
    {
        using var file = new FileStream(_folder.Database, FileMode.Open, FileAccess.ReadWrite);
        file.Position = 4096 * 12;
        file.Write(new byte[file.Length - file.Position]);
    }

    private void AssertRefused(params string[] expected)
    {
        var refusal = Assert.Throws<LogRefusedException>(() => Open(_folder));
        Assert.All([_folder.Path, .. expected], e => Assert.Contains(e, refusal.Message, StringComparison.Ordinal));
    }
}
