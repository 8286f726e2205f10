package server

import "strings"

// byteWords is a word for each byte, short and told apart by ear.
var byteWords = strings.Fields(`
acorn agate alder almond amber anchor apple apron arch arrow aspen aster atlas badge bagel baker
bamboo banjo barn basil basin beach beacon bean bear beaver beech bell berry birch bison blaze bloom
boat bonfire book boot bottle bow branch bread brick bridge brook broom brush bucket buffalo button
cabin cactus camel candle canoe canyon carpet carrot castle cedar cello chalk cherry chest chisel
cider cinema circle cliff clock cloud clover coast cobalt coffee comet copper coral cotton crane
crater crayon creek cricket crow crown crystal cup cymbal daisy dawn deer delta desert dew diary
dolphin donkey door dove dragon drum dune eagle easel echo elbow elk elm ember emerald engine falcon
farm feather fern ferry fiddle fig finch fjord flag flame flute foam forest fossil fox frost galaxy
garden garlic garnet gate geyser ginger glacier globe goat gold goose grain grape gravel grove
guitar gull hammer harbor harp hatch hazel heron hill honey horn horse ice indigo iris island ivory
ivy jade jar jasmine jewel jungle juniper kayak kettle key kite kiwi ladder lagoon lake lamp lantern
lark lava leaf lemon lentil lily lime linen lion lizard llama lotus lunch magnet mango maple marble
marsh meadow melon meteor mill mint mirror mole moon moss moth mountain mule nectar needle nest
nickel north nutmeg oak oasis oat ocean olive onion opal orbit orchid otter owl oyster paddle palm
panda paper parrot peach pear pearl pebble pencil pepper piano pigeon pine pillow planet plum pond
poppy prairie prism puffin pumpkin quartz quill rabbit radish raft rain raven`)
