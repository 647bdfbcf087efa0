// Reads a topic with franz-go, decodes every record and compares its name with those that plugins want;
// prints measurements as a line of JSON.
package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/twmb/avro"
	"github.com/twmb/franz-go/pkg/kgo"
)

const frameBytes = 5

type reader struct {
	registryURL string
	writers     map[uint32]*writer
}

type writer struct {
	schema *avro.Schema
	// Of the record.
	name string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(args []string) error {
	brokers, topic, group, registryURL := args[0], args[1], args[2], args[4]
	records, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	wanted := strings.Split(args[5], ",")
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(brokers, ",")...),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	reader := &reader{registryURL: registryURL, writers: map[uint32]*writer{}}
	var meter meter
	count, matches := 0, 0
	for count < records {
		fetches := client.PollFetches(context.Background())
		if err := fetches.Err(); err != nil {
			return err
		}
		meter.begin()
		for iter := fetches.RecordIter(); !iter.Done(); count++ {
			found, err := reader.nameOf(iter.Next().Value)
			if err != nil {
				return err
			}
			for _, name := range wanted {
				if name == found {
					matches++
				}
			}
		}
	}
	meter.end()
	return json.NewEncoder(os.Stdout).Encode(meter.sample(records, matches))
}

func (r *reader) nameOf(value []byte) (string, error) {
	id := binary.BigEndian.Uint32(value[1:frameBytes])
	known, isKnown := r.writers[id]
	if !isKnown {
		var err error
		if known, err = r.fetchWriter(id); err != nil {
			return "", err
		}
		r.writers[id] = known
	}
	var event any
	if _, err := known.schema.Decode(value[frameBytes:], &event); err != nil {
		return "", err
	}
	if kind, isText := event.(map[string]any)["kind"].(string); isText {
		return kind, nil
	}
	return known.name, nil
}

func (r *reader) fetchWriter(id uint32) (*writer, error) {
	response, err := http.Get(fmt.Sprintf("%s/schemas/ids/%d", r.registryURL, id))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var body struct {
		Schema string `json:"schema"`
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		return nil, err
	}
	schema, err := avro.Parse(body.Schema)
	if err != nil {
		return nil, err
	}
	root := schema.Root()
	return &writer{schema, root.Namespace + "." + root.Name}, nil
}
