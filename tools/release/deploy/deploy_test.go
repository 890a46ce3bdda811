// Package deploy checks the files in the folder deploy of the repository against the
// types and the schema that Kubernetes and Compose read them with.
package deploy

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

const folder = "../../../deploy/"

// ports are those of the image.
var ports = []int32{443, 2195, 2196, 2197, 2198, 5223, 5224, 8197}

func manifest(t *testing.T) (deployment appsv1.Deployment, service corev1.Service) {
	t.Helper()
	text, err := os.ReadFile(folder + "kubernetes.yaml")
	require.NoError(t, err)
	parts := strings.Split(string(text), "\n---\n")
	require.Len(t, parts, 2)
	require.NoError(t, yaml.UnmarshalStrict([]byte(parts[0]), &deployment), "no field that Kubernetes does not know")
	require.NoError(t, yaml.UnmarshalStrict([]byte(parts[1]), &service))
	assert.Equal(t, "apps/v1 Deployment", deployment.APIVersion+" "+deployment.Kind)
	assert.Equal(t, "v1 Service", service.APIVersion+" "+service.Kind)
	return deployment, service
}

func TestTheServiceLeadsToEveryPortOfTheContainer(t *testing.T) {
	deployment, service := manifest(t)
	pod := deployment.Spec.Template
	require.Len(t, pod.Spec.Containers, 1)
	named := map[string]int32{}
	for _, port := range pod.Spec.Containers[0].Ports {
		named[port.Name] = port.ContainerPort
		assert.LessOrEqual(t, len(port.Name), 15, "RFC 6335, 5.1")
	}
	var open []int32
	for _, port := range service.Spec.Ports {
		assert.Equal(t, port.Port, named[port.TargetPort.StrVal], port.Name)
		open = append(open, port.Port)
	}
	assert.Equal(t, ports, open)
	assert.Equal(t, deployment.Spec.Selector.MatchLabels, pod.Labels)
	assert.Equal(t, service.Spec.Selector, pod.Labels)
}

func TestTheCertificateIsForTheNamesOfTheService(t *testing.T) {
	deployment, service := manifest(t)
	for _, variable := range deployment.Spec.Template.Spec.Containers[0].Env {
		if variable.Name == "APNS_SIM_NAME" {
			name := service.Name
			assert.Equal(t, []string{name, name + ".default", name + ".default.svc", name + ".default.svc.cluster.local"}, strings.Split(variable.Value, ","))
			return
		}
	}
	t.Error("APNS_SIM_NAME is not set")
}

func TestTheContainerNeedsNoRightsAndNoWritableRoot(t *testing.T) {
	deployment, _ := manifest(t)
	context := deployment.Spec.Template.Spec.Containers[0].SecurityContext
	require.NotNil(t, context)
	assert.True(t, *context.ReadOnlyRootFilesystem)
	assert.False(t, *context.AllowPrivilegeEscalation)
	assert.Equal(t, []corev1.Capability{"ALL"}, context.Capabilities.Drop)
	assert.True(t, *deployment.Spec.Template.Spec.SecurityContext.RunAsNonRoot)
}

func TestComposeReadsItsFile(t *testing.T) {
	project, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  t.TempDir(),
		ConfigFiles: []types.ConfigFile{{Filename: folder + "compose.yaml"}},
		Environment: types.Mapping{},
	}, func(o *loader.Options) { o.SetProjectName("test", true) })
	require.NoError(t, err)
	service, err := project.GetService("apns-sim")
	require.NoError(t, err)
	assert.Equal(t, "apns-sim", *service.Environment["APNS_SIM_NAME"], "the certificate is for the name of the service")
	assert.GreaterOrEqual(t, len(*service.Environment["APNS_SIM_CONTROL_TOKEN"]), 16)
	assert.True(t, service.ReadOnly)
	var published []int32
	for _, port := range service.Ports {
		assert.Equal(t, "127.0.0.1", port.HostIP, "only this machine reaches it")
		assert.Equal(t, strconv.Itoa(int(port.Target)), port.Published)
		published = append(published, int32(port.Target))
	}
	assert.Equal(t, slices.DeleteFunc(slices.Clone(ports), func(p int32) bool { return p == 443 }), published, "443 is for other containers")
}
