using System.Collections.Immutable;
using EventGateway.Sources.Kubernetes.Translation;

namespace EventGateway.Sources.Files;

/// <summary>
/// What is in use of one file. A good reading replaces everything; a broken one adds and replaces what it could read, and removes
/// nothing.
/// </summary>
/// <param name="isFromStart">Whether the file was there when the source was started.</param>
internal sealed class TrackedFile(string path, bool isFromStart)
{
    private bool _wasGood;

    private ManifestFile? _read;

    public string Path { get; } = path;

    public FileStamp Stamp { get; private set; }

    public ImmutableArray<PlacedObject> Objects { get; private set; } = [];

    public ImmutableArray<LocatedFault> Faults { get; private set; } = [];

    /// <summary>Whether an earlier run may have read objects in this file that this one has not seen yet.</summary>
    public bool MayHoldMore => isFromStart && !_wasGood;

    public void Take(byte[] bytes, FileStamp stamp, DateTimeOffset now)
    {
        Stamp = stamp;
        // Writers cut a file to nothing before they write it anew; a file that is to hold nothing can hold a comment.
        if (!Objects.IsEmpty && bytes.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            Use(ManifestFile.Broken("the file is empty; delete it, or write a comment into it, to remove its objects", 1));
            return;
        }

        _read = ManifestFile.Read(Path, bytes, _read, now);
        Use(_read);
    }

    /// <summary>The file is there but cannot be read.</summary>
    public void Fail(string message)
    {
        Stamp = default;
        Use(ManifestFile.Broken(message, 1));
    }

    private void Use(ManifestFile file)
    {
        var items = file.Documents.SelectMany(d => d.Document.Items.Select(i => new PlacedObject(i.Object, new SourceLocation(Path, d.Line + i.Line - 1))));
        if (!file.IsBroken)
        {
            Objects = [.. items];
            Faults = [];
            _wasGood = true;
            return;
        }

        var objects = items.ToImmutableArray();
        var present = objects.Select(o => o.Object.Id).ToHashSet();
        var kept = Objects.Where(o => !present.Contains(o.Object.Id)).ToList();
        var keptIds = kept.Select(k => k.Object.Id).ToHashSet();
        Objects = [.. objects, .. kept];
        Faults =
        [
            .. file.Documents.SelectMany(d => d.Document.Faults.Select(
                f => new LocatedFault(Path, d.Line, f, f.Id is { } id ? keptIds.Contains(id) : kept.Count > 0))),
        ];
    }
}
