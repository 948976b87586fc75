using System.Collections.Immutable;
using EventGateway.Core.Publishing;
using EventGateway.Sources.Kubernetes.Kong;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>One namespace, from pass to pass. Used by one thread.</summary>
internal sealed class NamespaceTranslator
{
    private readonly NamespaceObjects _objects;
    private readonly ServiceStep _services;
    private readonly IngressStep _ingresses;
    private readonly TcpIngressStep _tcpIngresses;
    private readonly BackendStep _backends = new();
    private readonly EndpointSliceStep _slices = new();
    private readonly ListenerStep _listeners;
    private readonly CertificateStep _certificates;
    private readonly TranslationOptions _options;
    private readonly ConflictIndex _conflicts;
    private NamespacePass? _last;
    private ImmutableArray<JudgedObject> _verdicts = [];

    public NamespaceTranslator(TranslationOptions options, ConflictIndex conflicts)
    {
        _options = options;
        _conflicts = conflicts;
        _objects = new NamespaceObjects();
        _services = new ServiceStep(_objects);
        _ingresses = new IngressStep(conflicts);
        _tcpIngresses = new TcpIngressStep(conflicts);
        _listeners = new ListenerStep(_objects);
        _certificates = new CertificateStep(_objects);
    }

    public DesiredState Desired { get; private set; } = DesiredState.Empty;

    /// <summary>What the last snapshot's objects name.</summary>
    public ReferencedNames References => _last?.References ?? ReferencedNames.None;

    /// <summary>Translates what is new in the snapshot.</summary>
    /// <returns>Whether there was anything to do; if so, or if a conflict changed, <see cref="Judge"/> is due.</returns>
    public bool Run(NamespaceSnapshot snapshot, IngressClassTable classes, TimeProvider time)
    {
        if (_last is not null && ReferenceEquals(_last.Snapshot, snapshot) && ReferenceEquals(_last.Classes, classes))
        {
            return false;
        }

        var pass = new NamespacePass(snapshot, classes, time, _last);
        pass.Sort();
        _objects.Begin();
        var services = _services.Read(pass);
        _ingresses.Run(pass, services);
        _tcpIngresses.Run(pass, services);
        _backends.Run(pass, services);
        _slices.Run(pass);
        _services.Judge(pass);
        _listeners.Run(pass, _ingresses.Units);
        _certificates.Run(pass, [.. _ingresses.Units, .. _tcpIngresses.Units]);
        PolicyStep.Judge(pass, _objects);
        ConfigMapStep.Judge(pass, _objects);
        OtherKindsStep.Run(pass, _options);
        Desired = pass.Changes.ApplyTo(Desired);
        _last = pass;
        return true;
    }

    /// <summary>The verdicts of the last snapshot, with the conflicts as they stand now.</summary>
    public void Judge()
    {
        var objects = _last!.Snapshot.Objects;
        var verdicts = ImmutableArray.CreateBuilder<JudgedObject>(objects.Length);
        for (var place = 0; place < objects.Length; place++)
        {
            var item = objects[place].Object;
            var draft = _last.DraftOf(place).With([], item.Warnings);
            if (item.Typed is V1Ingress or TcpIngress && _last.IsFirst(place))
            {
                draft = draft.With([], _conflicts.WarningsOf(item.Id));
            }

            verdicts.Add(place < _verdicts.Length && _verdicts[place].IsOf(objects[place], draft) ? _verdicts[place] : JudgedObject.Of(objects[place], draft));
        }

        _verdicts = verdicts.MoveToImmutable();
    }

    public ImmutableArray<JudgedObject> Verdicts => _verdicts;

    /// <summary>Takes back what the namespace claims; called when it is gone.</summary>
    public void Close(TimeProvider time)
    {
        if (_last is not null)
        {
            Run(new NamespaceSnapshot(_last.Namespace, []), _last.Classes, time);
        }
    }
}
