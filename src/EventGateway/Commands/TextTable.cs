namespace EventGateway.Commands;

/// <summary>Columns as wide as their widest cell, two spaces apart: for people, and for grep.</summary>
internal sealed class TextTable(params string[] header)
{
    private readonly List<string[]> _rows = [header];
    private readonly Dictionary<int, IReadOnlyList<string>> _notes = [];

    public bool HasRows => _rows.Count > 1;

    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Lines of their own below the last row: for what is too long for a column.</summary>
    public void AddNotes(IEnumerable<string> notes) => _notes[_rows.Count - 1] = [.. notes];

    public async Task WriteAsync(TextWriter writer)
    {
        var widths = Enumerable.Range(0, _rows[0].Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        for (var i = 0; i < _rows.Count; i++)
        {
            await writer.WriteLineAsync(string.Join("  ", _rows[i].Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
            foreach (var note in _notes.GetValueOrDefault(i, []))
            {
                await writer.WriteLineAsync($"{new string(' ', widths[0] + 2)}{note}");
            }
        }
    }
}
