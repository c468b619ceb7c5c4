// The points of an answer as columns: times as differences; values as differences of whole numbers where
// every value of a stream is a decimal of at most three places, else as they are. Bit for bit the same when
// read again.
#pragma once

#include "agora_exporter/agora/facts.h"
#include "storage/bytes.h"

namespace agora_exporter::storage {

void write_points(ByteWriter& out, const agora::PointSet& points);
// Fails the reader where a stream or a column does not fit.
agora::PointSet read_points(ByteReader& in);

}  // namespace agora_exporter::storage
