package manifest

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// cluster is what the objects come to, read as an API server reads them: a field
// that Kubernetes does not have, or one twice, is an error.
type cluster struct {
	deployment *appsv1.Deployment
	service    *corev1.Service
	budget     *policyv1.PodDisruptionBudget
	network    *networkingv1.NetworkPolicy
}

var asked = Class{Name: "blue", Image: "registry.example/tentpole:1", Servers: 3, Learners: 40}

func written(t *testing.T, c Class) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Kubernetes(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func strict(t *testing.T) runtime.Decoder {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{appsv1.AddToScheme, corev1.AddToScheme, policyv1.AddToScheme, networkingv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
}

func decoded(t *testing.T, raw []byte) (c cluster) {
	t.Helper()
	decoder := strict(t)
	for _, document := range bytes.Split(raw, []byte("\n---\n")) {
		object, kind, err := decoder.Decode(document, nil, nil)
		if err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
		switch o := object.(type) {
		case *appsv1.Deployment:
			c.deployment = o
		case *corev1.Service:
			c.service = o
		case *policyv1.PodDisruptionBudget:
			c.budget = o
		case *networkingv1.NetworkPolicy:
			c.network = o
		default:
			t.Errorf("nobody has asked for a %s", kind)
		}
	}
	if c.deployment == nil || c.service == nil || c.budget == nil || c.network == nil {
		t.Fatalf("something is missing: %+v", c)
	}
	return c
}

func TestDecodingIsStrict(t *testing.T) {
	raw := written(t, asked)
	for old, wrong := range map[string]string{"replicas:": "replica:", "  type: LoadBalancer": "  type: LoadBalancer\n  type: NodePort", "maxSurge: 1": "maxSurge: {}"} {
		changed := bytes.Replace(raw, []byte(old), []byte(wrong), 1)
		if bytes.Equal(raw, changed) {
			t.Fatalf("%q is not in it", old)
		}
		read := 0
		documents := bytes.Split(changed, []byte("\n---\n"))
		for _, document := range documents {
			if _, _, err := strict(t).Decode(document, nil, nil); err == nil {
				read++
			}
		}
		if read == len(documents) {
			t.Errorf("%q was taken", wrong)
		}
	}
}

// TestObjectsFitTogether: each finds the servers, and the door that they have.
func TestObjectsFitTogether(t *testing.T) {
	c := decoded(t, written(t, asked))
	pod := labels.Set(c.deployment.Spec.Template.Labels)
	for what, selector := range map[string]*metav1.LabelSelector{
		"deployment": c.deployment.Spec.Selector, "budget": c.budget.Spec.Selector, "network policy": &c.network.Spec.PodSelector,
		"affinity": c.deployment.Spec.Template.Spec.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution[0].PodAffinityTerm.LabelSelector,
		"service":  {MatchLabels: c.service.Spec.Selector},
	} {
		s, err := metav1.LabelSelectorAsSelector(selector)
		if err != nil || s.Empty() || !s.Matches(pod) {
			t.Errorf("the %s does not find the servers, %v", what, err)
		}
	}
	serve := c.deployment.Spec.Template.Spec.Containers[0]
	door := serve.Ports[0]
	if c.service.Spec.Ports[0].TargetPort != intstr.FromString(door.Name) || c.network.Spec.Ingress[0].Ports[0].Port.IntVal != door.ContainerPort {
		t.Error("the way in leads elsewhere")
	}
	if *c.deployment.Spec.Replicas != 3 || serve.Image != asked.Image || !slices.Contains(serve.Args, "--class=blue") || !slices.Contains(serve.Args, "--learners=40") {
		t.Errorf("what was asked for is not there: %+v", serve)
	}
	volumes := map[string]bool{}
	for _, v := range c.deployment.Spec.Template.Spec.Volumes {
		volumes[v.Name] = v.EmptyDir != nil || v.HostPath != nil
	}
	for _, m := range serve.VolumeMounts {
		if !volumes[m.Name] {
			t.Errorf("%s is mounted, and is no volume", m.Name)
		}
	}
}

// claims is the only directory of the node's that servers share: which ranges of
// user ids are in use there.
const claims = "/run/tentpole"

// TestServersHaveNoMoreThanTheyNeed: no privileges but those that are listed, and no
// password in the open.
func TestServersHaveNoMoreThanTheyNeed(t *testing.T) {
	c := decoded(t, written(t, asked))
	pod := c.deployment.Spec.Template.Spec
	serve := pod.Containers[0]
	s := serve.SecurityContext
	want := []corev1.Capability{"SYS_ADMIN", "SETUID", "SETGID", "CHOWN", "DAC_OVERRIDE"}
	switch {
	case *s.Privileged || pod.HostNetwork || pod.HostPID || pod.HostIPC:
		t.Error("it has what is the node's")
	case !slices.Equal(s.Capabilities.Add, want) || !slices.Equal(s.Capabilities.Drop, []corev1.Capability{"ALL"}):
		t.Errorf("capabilities: %+v", s.Capabilities)
	case s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault || !*s.ReadOnlyRootFilesystem || *pod.AutomountServiceAccountToken:
		t.Errorf("it is let do more than it needs: %+v", s)
	case serve.Env[0].ValueFrom.SecretKeyRef.Name != "tentpole-store":
		t.Errorf("the store is %+v", serve.Env)
	}
	for _, v := range pod.Volumes {
		if v.HostPath != nil && v.HostPath.Path != claims {
			t.Errorf("%s is a directory of the node", v.Name)
		}
	}
	for _, r := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		request, limit := serve.Resources.Requests[r], serve.Resources.Limits[r]
		if request.IsZero() || limit.Cmp(request) < 0 {
			t.Errorf("%s: %s of %s", r, request.String(), limit.String())
		}
	}
}

// TestImageIsAString, whatever it is called.
func TestImageIsAString(t *testing.T) {
	odd := asked
	odd.Image = "x\"\n  hostNetwork: true #"
	c := decoded(t, written(t, odd))
	if got := c.deployment.Spec.Template.Spec; got.Containers[0].Image != odd.Image || got.HostNetwork {
		t.Errorf("the image is %q", got.Containers[0].Image)
	}
	if strings.Contains(string(written(t, asked)), "{{") {
		t.Error("something is left to fill in")
	}
}
