using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EventGateway.Sources.Files;

/// <summary>
/// Tells whether a file was written since it was last looked at. Behind a symbolic link any directory of the path may be swapped
/// without a trace in the file's times, so that there only the content tells.
/// </summary>
internal readonly record struct FileStamp(long Length, long WrittenTicks, long CreatedTicks, UInt128 Content)
{
    /// <exception cref="IOException">The file cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be.</exception>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is null)
        {
            return file.Exists
                ? new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks, file.CreationTimeUtc.Ticks, default)
                : throw new FileNotFoundException($"Could not find file '{path}'.");
        }

        var content = File.ReadAllBytes(path);
        return new FileStamp(content.Length, 0, 0, BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(content)));
    }
}
