// What users hold in their hands: platform, network, SDK version and device.
#pragma once

#include <string>

#include "simulator/random.h"

namespace agora_exporter::simulator {

struct Equipment {
  std::string platform, network, sdk_version, device_type;
};
Equipment person_equipment(Dice& dice);
Equipment server_equipment();

}  // namespace agora_exporter::simulator
