namespace EventGateway.Benchmarks;

/// <summary>Writes one table in Markdown, as it goes into docs/benchmarks.md.</summary>
internal sealed class Report
{
    private readonly TextWriter _out;

    public Report(TextWriter output, params string[] columns)
    {
        _out = output;
        Row(columns);
        Row([.. columns.Select(_ => "---")]);
    }

    public void Row(params string[] cells)
    {
        _out.WriteLine($"| {string.Join(" | ", cells)} |");
        _out.Flush();
    }
}
