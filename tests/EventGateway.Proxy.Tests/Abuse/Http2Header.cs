using System.Text;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>Header blocks (RFC 7541) whose fields are exactly the bytes that a test says, and the status out of those that come back.</summary>
internal static class Http2Header
{
    private static readonly Dictionary<int, string> IndexedStatuses = new() { [8] = "200", [9] = "204", [10] = "206", [11] = "304", [12] = "400", [13] = "404", [14] = "500" };

    /// <summary>Every field literally: nothing is indexed, nothing is compressed, nothing is checked.</summary>
    public static byte[] Block(params IEnumerable<(string Name, string Value)> fields)
    {
        var block = new MemoryStream();
        foreach (var (name, value) in fields)
        {
            block.WriteByte(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return block.ToArray();
    }

    /// <summary>A sound request, and then what the test adds.</summary>
    public static byte[] Request(string authority, string path = "/", string method = "GET", params IEnumerable<(string Name, string Value)> more) =>
        Block([(":method", method), (":scheme", "http"), (":path", path), (":authority", authority), .. more]);

    /// <summary>Of an answer to a client that allows no dynamic table.</summary>
    public static string StatusOf(ReadOnlySpan<byte> block)
    {
        // The server says first that its table has no room.
        var at = 0;
        while (at < block.Length && (block[at] & 0xe0) == 0x20)
        {
            at++;
        }

        if (at < block.Length && (block[at] & 0x80) != 0)
        {
            return IndexedStatuses.GetValueOrDefault(block[at] & 0x7f, "?");
        }

        return at + 5 <= block.Length && block[at + 1] == 3 ? Encoding.ASCII.GetString(block.Slice(at + 2, 3)) : "?";
    }

    private static void WriteText(MemoryStream block, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var rest = bytes.Length;
        if (rest < 127)
        {
            block.WriteByte((byte)rest);
        }
        else
        {
            block.WriteByte(127);
            for (rest -= 127; rest >= 128; rest >>= 7)
            {
                block.WriteByte((byte)((rest & 127) | 128));
            }

            block.WriteByte((byte)rest);
        }

        block.Write(bytes);
    }
}
