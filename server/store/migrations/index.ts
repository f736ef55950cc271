import type { Migration } from 'kysely/migration'
import * as base from './0001_base.ts'
import * as floor from './0002_floor.ts'
import * as erp from './0003_erp.ts'
import * as counts from './0004_counts.ts'
import * as inbox from './0005_inbox.ts'
import * as plans from './0006_plans.ts'
import * as blocks from './0007_blocks.ts'
import * as desk from './0008_desk.ts'
import * as print from './0009_print.ts'
import * as photos from './0010_photos.ts'
import * as kpi from './0011_kpi.ts'
import * as goods from './0012_goods.ts'
import * as intake from './0013_intake.ts'
import * as links from './0014_links.ts'
import * as signIn from './0015_sign_in.ts'
import * as ownSettings from './0017_own_settings.ts'
import * as pictures from './0018_pictures.ts'
import * as recallBefore from './0019_recall_before.ts'
import * as losses from './0020_losses.ts'
import * as telling from './0022_telling.ts'
import * as itemCost from './0023_item_cost.ts'
import * as opposites from './0024_opposites.ts'
import * as stepCaptured from './0025_step_captured.ts'
import * as lotsOfCounts from './0026_lots_of_counts.ts'
import * as company from './0027_company.ts'
import * as late from './0028_late.ts'
import * as rescue from './0030_rescue.ts'
import * as safety from './0032_safety.ts'
import * as owners from './0033_owners.ts'
import * as timeZone from './0035_time_zone.ts'
import * as carrierLabels from './0036_carrier_labels.ts'
import * as deskAsks from './0039_desk.ts'
import * as strangers from './0040_strangers.ts'
import * as pastOrders from './0042_past_orders.ts'
import * as orderStatus from './0044_order_status.ts'
import * as schedules from './0048_schedules.ts'

/** In the order of their names. A migration is never changed once it has been released. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001_base': base,
  '0002_floor': floor,
  '0003_erp': erp,
  '0004_counts': counts,
  '0005_inbox': inbox,
  '0006_plans': plans,
  '0007_blocks': blocks,
  '0008_desk': desk,
  '0009_print': print,
  '0010_photos': photos,
  '0011_kpi': kpi,
  '0012_goods': goods,
  '0013_intake': intake,
  '0014_links': links,
  '0015_sign_in': signIn,
  '0017_own_settings': ownSettings,
  '0018_pictures': pictures,
  '0019_recall_before': recallBefore,
  '0020_losses': losses,
  '0022_telling': telling,
  '0023_item_cost': itemCost,
  '0024_opposites': opposites,
  '0025_step_captured': stepCaptured,
  '0026_lots_of_counts': lotsOfCounts,
  '0027_company': company,
  '0028_late': late,
  '0030_rescue': rescue,
  '0032_safety': safety,
  '0033_owners': owners,
  '0035_time_zone': timeZone,
  '0036_carrier_labels': carrierLabels,
  '0039_desk': deskAsks,
  '0040_strangers': strangers,
  '0042_past_orders': pastOrders,
  '0044_order_status': orderStatus,
  '0048_schedules': schedules,
}
