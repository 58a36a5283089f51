// SPDX-License-Identifier: BSD-3-Clause
#include "helper/cdi/spec.h"

#include <nlohmann/json.hpp>

#include "helper/cdi/field.h"
#include "tests/unit/cdi_spec_file.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using nlohmann::json;

TEST_GROUP(CdiSpec) {
  // The AMD spec with another value at a place: a JSON pointer; "-" takes the place away.
  static std::string changed(const std::string& place, const std::string& value) {
    json spec = json::parse(cdi_text("amd.json"));
    const json::json_pointer pointer(place);
    if (value == "-") spec.at(pointer.parent_pointer()).erase(pointer.back());
    else spec[pointer] = json::parse(value);
    return spec.dump();
  }
  static void refused(const std::string& place, const std::string& value, const char* why) {
    const std::string error = cdi_error(changed(place, value));
    const std::string sentence = std::string("/etc/cdi/spec: ") + why + "; " + cdi::kRemedy;
    STRCMP_EQUAL(sentence.c_str(), error.c_str());
  }
  static void taken(const std::string& place, const std::string& value) {
    STRCMP_EQUAL("", cdi_error(changed(place, value)).c_str());
  }
};

TEST(CdiSpec, ASpecIsReadAsItIsWritten) {
  const CdiSpec spec = cdi_spec(cdi_text("nvidia.yaml"));
  STRCMP_EQUAL("nvidia.com/gpu", spec.kind.c_str());
  LONGS_EQUAL(4, spec.devices.size());
  STRCMP_EQUAL("1:0", spec.devices[1].name.c_str());
  STRCMP_EQUAL("/dev/nvidia-caps/nvidia-cap30", spec.devices[1].edits.nodes[1].path.c_str());
  LONGS_EQUAL(4, spec.edits.nodes.size());
  LONGS_EQUAL(4, spec.edits.mounts.size());
  STRCMP_EQUAL("/usr/bin/nvidia-smi", spec.edits.mounts[0].source.c_str());
  STRCMP_EQUAL("bind", spec.edits.mounts[2].options.back().c_str());
  LONGS_EQUAL(3, spec.edits.hooks.size());
  STRCMP_EQUAL("createContainer", spec.edits.hooks[2].when.c_str());
  STRCMP_EQUAL("/usr/lib/x86_64-linux-gnu/vdpau", spec.edits.hooks[2].arguments.back().c_str());
  STRCMP_EQUAL("NVIDIA_VISIBLE_DEVICES=void", spec.edits.environment.at(0).c_str());
}

TEST(CdiSpec, WhatIsRareIsReadToo) {
  const CdiSpec spec = cdi_spec(cdi_text("habana.json"));
  const CdiEdits& edits = spec.devices.at(0).edits;
  STRCMP_EQUAL("0", spec.devices[0].name.c_str());
  STRCMP_EQUAL("/dev/accel/accel0", edits.nodes[0].path.c_str());
  STRCMP_EQUAL("/dev/accel/accel8", edits.nodes[0].source.c_str());
  STRCMP_EQUAL("tmpfs", edits.mounts[1].type.c_str());
  STRCMP_EQUAL("enp1s0d0", edits.network_devices.at(0).c_str());
  STRCMP_EQUAL("EMPTY=", spec.edits.environment.at(1).c_str());
}

TEST(CdiSpec, VersionsAreThoseThatThereAre) {
  for (const char* version : {"\"0.3.0\"", "\"0.8.0\"", "\"1.0.0\"", "\"1.1.0\"", "\"v0.5.0\""}) {
    taken("/cdiVersion", version);
  }
  refused("/cdiVersion", "-", "cdiVersion is missing");
  refused("/cdiVersion", "null", "cdiVersion is missing");
  refused("/cdiVersion", "\"0.2.0\"", "cdiVersion \"0.2.0\" is no version that is understood (0.3.0 to 1.1.0)");
  refused("/cdiVersion", "\"2.0.0\"", "cdiVersion \"2.0.0\" is no version that is understood (0.3.0 to 1.1.0)");
  refused("/cdiVersion", "true", "cdiVersion is not a text");
}

TEST(CdiSpec, AKindIsAVendorAndAClass) {
  for (const char* kind : {"\"a/b\"", "\"vendor.com/net-work_1.x\""}) taken("/kind", kind);
  refused("/kind", "-", "kind is missing");
  for (const char* kind : {"vendor", "vendor/", "/class", "vendor/a/b", "1vendor/a", "vendor./a", "vendor/a b"}) {
    refused("/kind", '"' + std::string(kind) + '"', ("kind \"" + std::string(kind) + "\" is not VENDOR/CLASS").c_str());
  }
}

TEST(CdiSpec, DevicesHaveNamesOfTheirOwn) {
  refused("/devices", "-", "devices is missing");
  refused("/devices", "[]", "devices is empty");
  refused("/devices", "{}", "devices is not a list");
  refused("/devices/0", "7", "devices[0] is not an object");
  refused("/devices/1/name", "-", "devices[1].name is missing");
  refused("/devices/1/name", "\"0\"", "devices[1].name is another device's too");
  refused("/devices/1/name", "[]", "devices[1].name is not a text");
  taken("/devices/1/name", "\"GPU-1:0_a.b\"");
  for (const char* name : {"", "-0", "0-", "a b", "a=b", "a/b"}) {
    refused("/devices/1/name", '"' + std::string(name) + '"',
            ("devices[1].name \"" + std::string(name) + "\" is no name of a device").c_str());
  }
}

TEST(CdiSpec, ADeviceChangesSomething) {
  refused("/devices/1/containerEdits", "-", "devices[1].containerEdits is missing");
  refused("/devices/1/containerEdits", "{}", "devices[1].containerEdits is empty");
  refused("/devices/1/containerEdits", "{\"env\": []}", "devices[1].containerEdits is empty");
  taken("/devices/1/containerEdits", "{\"additionalGids\": [1]}");
  taken("/devices/1/containerEdits", "{\"intelRdt\": {}}");
}

TEST(CdiSpec, UnknownFieldsAreRefused) {
  refused("/containerSpec", "1", "has an unknown field \"containerSpec\"");
  refused("/devices/0/nodes", "1", "devices[0] has an unknown field \"nodes\"");
  refused("/containerEdits/devices", "1", "containerEdits has an unknown field \"devices\"");
  refused("/devices/0/containerEdits/deviceNodes/0/mode", "1",
          "devices[0].containerEdits.deviceNodes[0] has an unknown field \"mode\"");
  refused("/containerEdits/mounts", R"([{"source": "/a"}])",
          "containerEdits.mounts[0] has an unknown field \"source\"");
  refused("/containerEdits/hooks", R"([{"name": "/a"}])", "containerEdits.hooks[0] has an unknown field \"name\"");
}

TEST(CdiSpec, DeviceNodesAreChecked) {
  const std::string node = "/devices/0/containerEdits/deviceNodes/0", name = "devices[0].containerEdits.deviceNodes[0]";
  const auto is_refused = [&](const char* field, const char* value, const char* why) {
    refused(node + "/" + field, value, (name + "." + field + " " + why).c_str());
  };
  is_refused("path", "-", "is missing");
  is_refused("path", "\"\"", "is no absolute path");
  is_refused("path", "\"dev/kfd\"", "is no absolute path");
  is_refused("path", "\"/dev/../etc\"", "has \"..\" in its path");
  for (const char* root : {"\"//\"", "\"/.\""}) is_refused("path", root, "is the root");
  is_refused("path", "\"/dev/a\\u0000b\"", "holds a NUL");
  is_refused("hostPath", "\"kfd\"", "is no absolute path");
  is_refused("type", "\"x\"", "is none of b, c, u and p");
  is_refused("permissions", "\"rx\"", "is not made of r, w and m");
  is_refused("major", "-1", "is not a number from 0 to 9223372036854775807");
  is_refused("minor", "1.5", "is not a number from 0 to 9223372036854775807");
  is_refused("fileMode", "\"0666\"", "is not a number from 0 to 4294967295");
  is_refused("uid", "4294967296", "is not a number from 0 to 4294967295");
  is_refused("gid", "-1", "is not a number from 0 to 4294967295");
}

TEST(CdiSpec, OtherEditsAreChecked) {
  const auto is_refused = [&](const char* list, const char* value, const char* why) {
    refused(std::string("/containerEdits/") + list, value, (std::string("containerEdits.") + list + why).c_str());
  };
  is_refused("env", R"(["A"])", "[0] is not NAME=VALUE");
  is_refused("env", R"(["A=1", "=1"])", "[1] is not NAME=VALUE");
  is_refused("env", R"([true])", "[0] is not a text");
  is_refused("env", R"({"A": "1"})", " is not a list");
  is_refused("mounts", R"([{"containerPath": "/a"}])", "[0].hostPath is missing");
  is_refused("mounts", R"([{"hostPath": "/a"}])", "[0].containerPath is missing");
  is_refused("mounts", R"([{"hostPath": "a", "containerPath": "/a"}])", "[0].hostPath is no absolute path");
  is_refused("mounts", R"([{"hostPath": "/a", "containerPath": "/"}])", "[0].containerPath is the root");
  is_refused("mounts", R"([{"hostPath": "", "containerPath": "/a", "type": "tmpfs"}])", "[0].hostPath is empty");
  is_refused("mounts", R"([{"hostPath": "/a", "containerPath": "/a", "options": "ro"}])", "[0].options is not a list");
  is_refused("hooks", R"([{"path": "/a"}])", "[0].hookName is missing");
  is_refused("hooks", R"([{"hookName": "later", "path": "/a"}])", "[0].hookName is no hook of the OCI's");
  is_refused("hooks", R"([{"hookName": "poststop", "path": "a"}])", "[0].path is no absolute path");
  is_refused("hooks", R"([{"hookName": "poststop", "path": "/a", "env": ["A"]}])", "[0].env[0] is not NAME=VALUE");
  is_refused("hooks", R"([{"hookName": "poststop", "path": "/a", "timeout": "5"}])",
             "[0].timeout is not a number from 0 to 2147483647");
  is_refused("netDevices", R"([{"name": "eth0"}])", "[0].hostInterfaceName is missing");
  is_refused("netDevices", R"([{"name": "", "hostInterfaceName": "eth0"}])", "[0].name is empty");
  is_refused("additionalGids", R"(["video"])", "[0] is not a number from 0 to 4294967295");
  refused("/devices/0/annotations", R"({"a": 1})", "devices[0].annotations.a is not a text");
}

TEST(CdiSpec, ADocumentThatIsNoObjectIsNoSpec) {
  STRCMP_CONTAINS("/etc/cdi/spec: is not an object", cdi_error("- a\n").c_str());
  STRCMP_CONTAINS("/etc/cdi/spec: is not an object", cdi_error("a").c_str());
}
